"""The status of a business through time (active, paused, closed, ...), always with source and reason."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from members.enums import BusinessStatus, Source
from members.models import Business, StatusPeriod


class StatusFromThePast(ActionError):
    message = _("A later status is already recorded. Please check the date.")


@transaction.atomic
def change(
    *, business: Business, status: BusinessStatus, reason: str, source: Source, by: User | None, now: datetime
) -> Business:
    """Let `business` stand in `status` from `now` on; the period before ends there. No change, no row.

    Raises StatusFromThePast if a period begins at or after `now`.
    """
    business = Business.objects.locked(business.pk)
    current = business.status_periods.filter(end_at__isnull=True).first()
    if current and current.status == status:
        return business
    if current and current.start_at >= now:
        raise StatusFromThePast
    if current:
        current.end_at = now
        current.save(update_fields=["end_at", "updated_at"])
    StatusPeriod.objects.create(
        business=business, status=status, reason=reason, source=source, start_at=now, recorded_by=by
    )
    business.status = status
    business.save(update_fields=["status", "updated_at"])
    log.record(
        "business.status_changed", business, by=by, now=now, status=str(status), reason=reason, source=str(source)
    )
    return business
