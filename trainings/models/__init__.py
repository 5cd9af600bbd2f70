"""Trainings, who comes to them, what they leave with, and the plan of the year."""

from trainings.models.certificates import Certificate, CertificateSerial
from trainings.models.communities import Community, CommunityMember
from trainings.models.crew import CalendarKey, Contribution, SessionTrainer, Trainer
from trainings.models.documents import TrainingDocument
from trainings.models.door import Absence, DoorDevice, Guest, MemberCard, Scan, Settlement
from trainings.models.enrolments import Attendance, Enrolment, Party
from trainings.models.learning import Evaluation, TestQuestion, TestSheet
from trainings.models.plans import PlanActivity, PlanShare, Spending, YearPlan
from trainings.models.steps import ActionStep
from trainings.models.topics import TopicAnswer, TopicProposal, TopicVote
from trainings.models.trainings import Session, Training

__all__ = [
    "Absence",
    "ActionStep",
    "Attendance",
    "CalendarKey",
    "Certificate",
    "CertificateSerial",
    "Community",
    "CommunityMember",
    "Contribution",
    "DoorDevice",
    "Enrolment",
    "Evaluation",
    "Guest",
    "MemberCard",
    "Party",
    "PlanActivity",
    "PlanShare",
    "Scan",
    "Session",
    "SessionTrainer",
    "Settlement",
    "Spending",
    "TestQuestion",
    "TestSheet",
    "TopicAnswer",
    "TopicProposal",
    "TopicVote",
    "Trainer",
    "Training",
    "TrainingDocument",
    "YearPlan",
]
