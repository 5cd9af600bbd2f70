"""The office's figures: one function each behind the desk, `manage.py figures` and the API."""

from msme_platform.office.figures import counts, fund, members, monitoring, trainings

FIGURES = (
    members.DISTRICT_SCALE,
    members.LICENCES,
    *counts.COUNTS,
    trainings.PLAN,
    trainings.ACTIVITIES,
    trainings.DISTRICTS,
    trainings.SEXES,
    trainings.STAGES,
    fund.LOANS_OUT,
    *fund.RISK,
    monitoring.FOLLOW_UP,
    monitoring.SURVIVAL,
)
# The same businesses, cut in another way each: each page leads to the others.
COUNTS = (members.DISTRICT_SCALE, *counts.COUNTS)
BY_NAME = {figure.name: figure for figure in FIGURES}

__all__ = ["BY_NAME", "COUNTS", "FIGURES"]
