"""Trainings, who comes to them, what they leave with, and the plan of the year."""

from trainings.models.certificates import Certificate, CertificateSerial
from trainings.models.enrolments import Attendance, Enrolment
from trainings.models.plans import PlanShare, YearPlan
from trainings.models.topics import TopicAnswer, TopicProposal, TopicVote
from trainings.models.trainings import Session, Training

__all__ = [
    "Attendance",
    "Certificate",
    "CertificateSerial",
    "Enrolment",
    "PlanShare",
    "Session",
    "TopicAnswer",
    "TopicProposal",
    "TopicVote",
    "Training",
    "YearPlan",
]
