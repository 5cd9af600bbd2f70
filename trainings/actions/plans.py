"""The office's plan of training places for a fiscal year."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.regions.models import Office
from trainings.enums import ProposalSource
from trainings.models import PlanShare, YearPlan

Shares = Mapping[ProposalSource, tuple[int, int]]


class NothingPlanned(ActionError):
    message = _("A plan needs places from at least one source.")


@transaction.atomic
def draw_up(*, office: Office, year: int, shares: Shares, by: User | None, now: datetime) -> YearPlan:
    """Set places and budget (whole rupiah) by source for the office's fiscal year, new or changed.

    Sources that are not named keep nothing. Raises NothingPlanned.
    """
    if not any(places for places, _budget in shares.values()):
        raise NothingPlanned
    plan, _created = YearPlan.objects.get_or_create(
        office_code=office.region_id, year=year, defaults={"created_at": now}
    )
    plan = YearPlan.objects.locked(plan.pk)
    before = dict(PlanShare.objects.filter(plan=plan).values_list("source", "places"))
    for source in ProposalSource:
        places, budget = shares.get(source, (0, 0))
        PlanShare.objects.update_or_create(plan=plan, source=source, defaults={"places": places, "budget": budget})
    after = {str(source): places for source, (places, _budget) in shares.items()}
    log.record("plan.drawn_up", plan, by=by, now=now, before=before, after=after)
    return plan
