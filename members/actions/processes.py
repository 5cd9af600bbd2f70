"""Changing how a licence is got: each change is a new version, so that running cases keep the way they began on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from members.enums import StepWho
from members.models import LicenceProcess, ProcessDocument, ProcessStep

MOST_STEPS: Final = 15
MOST_DAYS: Final = 400


# Whose turn it is, as offices write it.
TURNS: Final = {"pemilik": StepWho.OWNER, "dinas": StepWho.OFFICE, "penerbit": StepWho.ISSUER}
WORDS: Final = {who.value: word for word, who in TURNS.items()}


class BadSteps(ActionError):
    message = _("Write one step a line, like: Data diperiksa | dinas | 3. The middle is pemilik, dinas or penerbit.")
    field = "steps"


class BadMoney(ActionError):
    message = _("The office bears at most the whole fee.")
    field = "subsidy"


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to a licence: steps as (title, whose turn, days), documents as (name, must be there)."""

    issuer: str
    fee: int
    subsidy: int
    legal_basis: str
    steps: Sequence[tuple[str, str, int]]
    documents: Sequence[tuple[str, bool]]


def read_steps(text: str) -> list[tuple[str, str, int]]:
    """Lines such as `Data diperiksa | dinas | 3`. Raises BadSteps."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 3 or not parts[0] or parts[1].lower() not in TURNS or not parts[2].isdecimal():  # noqa: PLR2004
            raise BadSteps
        found.append((parts[0][:120], TURNS[parts[1].lower()].value, int(parts[2])))
    if not 1 <= len(found) <= MOST_STEPS or any(not 1 <= days <= MOST_DAYS for _title, _who, days in found):
        raise BadSteps
    return found


def read_documents(text: str) -> list[tuple[str, bool]]:
    """Lines such as `KTP pemilik`, or `Foto dapur?` for what need not be there."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [(line.rstrip("? ")[:120], not line.endswith("?")) for line in lines]


def written(process: LicenceProcess) -> dict[str, str]:
    """Steps and documents as the form shows them."""
    steps = [f"{step.title} | {WORDS[step.who]} | {step.days}" for step in process.steps.order_by("number")]
    documents = [f"{row.name}{'' if row.required else '?'}" for row in process.documents.order_by("number")]
    return {"steps": "\n".join(steps), "documents": "\n".join(documents)}


@transaction.atomic
def rewrite(*, process: LicenceProcess, way: Way, region_code: str, by: User, now: datetime) -> LicenceProcess:
    """A new version of the way for the office (`region_code`, '' = everywhere). Raises BadMoney, BadSteps."""
    if not 0 <= way.subsidy <= way.fee:
        raise BadMoney
    if not way.steps:
        raise BadSteps
    LicenceProcess.objects.locked(process.pk)  # two at once would make the same version
    older = LicenceProcess.objects.filter(kind=process.kind, region_code=region_code).order_by("-version").first()
    made = LicenceProcess.objects.create(
        kind=process.kind,
        region_code=region_code,
        version=older.version + 1 if older else 1,
        issuer=way.issuer,
        fee=way.fee,
        subsidy=way.subsidy,
        legal_basis=way.legal_basis,
        made_at=now,
        made_by=by,
    )
    ProcessStep.objects.bulk_create(
        [
            ProcessStep(process=made, number=at, title=title, who=who, days=days)
            for at, (title, who, days) in enumerate(way.steps, 1)
        ]
    )
    ProcessDocument.objects.bulk_create(
        [
            ProcessDocument(process=made, number=at, name=name, required=must)
            for at, (name, must) in enumerate(way.documents, 1)
        ]
    )
    log.record("licence_process.rewritten", made, by=by, now=now, licence=made.kind, version=made.version)
    return made
