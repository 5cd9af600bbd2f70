"""People, their businesses, what licences these hold, and how they fare through time."""

from members.models.businesses import (
    Business,
    BusinessQuerySet,
    Kbli,
    Licence,
    LicenceQuerySet,
    ScaleRule,
    StatusPeriod,
)
from members.models.cases import CaseDocument, CaseOfficer, CaseStep, LicenceCase, LicenceCaseQuerySet
from members.models.claims import ClaimRequest, ClaimRequestQuerySet, ClaimState
from members.models.duplicates import UNDO_FOR, DuplicatePair, DuplicatePairQuerySet, Merge, MergeQuerySet, PairState
from members.models.handovers import ANSWER_WITHIN, HandOver, HandOverQuerySet, HandOverState
from members.models.history import Doubt, DoubtQuerySet, DoubtState, IdentityNumber, NumberKind, Ownership, Relocation
from members.models.imports import ImportHeading, ImportRun, ImportRunQuerySet
from members.models.letters import LETTER_CODE_LENGTH, LetterSerial, RecommendationLetter
from members.models.licensing import (
    LicencePaper,
    LicenceProcess,
    LicenceRule,
    LicenceTerm,
    ProcessDocument,
    ProcessStep,
)
from members.models.people import VILLAGE_CODE_LENGTH, Person, PersonQuerySet, RegistrationDraft
from members.models.privacy import LEGAL_CLOCK, Breach, DataCopy, DataRequest, RetentionRule
from members.models.stages import Stage, StagePeriod, StagePeriodQuerySet, StageRule
from members.models.tallies import BusinessTally
from members.models.words import NameWord

__all__ = [
    "ANSWER_WITHIN",
    "LEGAL_CLOCK",
    "LETTER_CODE_LENGTH",
    "UNDO_FOR",
    "VILLAGE_CODE_LENGTH",
    "Breach",
    "Business",
    "BusinessQuerySet",
    "BusinessTally",
    "CaseDocument",
    "CaseOfficer",
    "CaseStep",
    "ClaimRequest",
    "ClaimRequestQuerySet",
    "ClaimState",
    "DataCopy",
    "DataRequest",
    "Doubt",
    "DoubtQuerySet",
    "DoubtState",
    "DuplicatePair",
    "DuplicatePairQuerySet",
    "HandOver",
    "HandOverQuerySet",
    "HandOverState",
    "IdentityNumber",
    "ImportHeading",
    "ImportRun",
    "ImportRunQuerySet",
    "Kbli",
    "LetterSerial",
    "Licence",
    "LicenceCase",
    "LicenceCaseQuerySet",
    "LicencePaper",
    "LicenceProcess",
    "LicenceQuerySet",
    "LicenceRule",
    "LicenceTerm",
    "Merge",
    "MergeQuerySet",
    "NameWord",
    "NumberKind",
    "Ownership",
    "PairState",
    "Person",
    "PersonQuerySet",
    "ProcessDocument",
    "ProcessStep",
    "RecommendationLetter",
    "RegistrationDraft",
    "Relocation",
    "RetentionRule",
    "ScaleRule",
    "Stage",
    "StagePeriod",
    "StagePeriodQuerySet",
    "StageRule",
    "StatusPeriod",
]
