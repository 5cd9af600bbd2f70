"""Trainings in the office: schedule, enrolments, certificates and the yearly plan. Every button is one action."""

from trainings.admin import people, plans, schedule, topics

__all__ = ["people", "plans", "schedule", "topics"]
