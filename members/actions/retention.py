"""What is over goes: erasures that were held, copies of data, and what the retention rules say. Each day."""

from datetime import datetime, timedelta

from django.utils import timezone

from members.actions import copies, data_requests
from members.privacy import registry
from members.privacy.rules import rule_on


def run_day(*, now: datetime) -> dict[str, int]:
    """Do the day's duties; running it twice does nothing new. Returns how many rows each touched."""
    done = {"erasures": data_requests.resume(now=now), "copies": copies.sweep(now=now)}
    for retention in registry.retentions():
        rule = rule_on(retention.key, timezone.localdate(now))
        if rule is not None:
            done[retention.key] = retention.sweep(now - timedelta(days=rule.days))
    return done
