"""What was typed is kept for 30 days and not longer."""

import datetime as dt

import pytest

from members.actions import drafts
from members.models import RegistrationDraft
from members.tasks import forget_drafts
from tests.factories.foundation import UserFactory

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_drafts_that_nobody_touches_are_forgotten_after_30_days() -> None:
    old, young = drafts.open_own(by=UserFactory()), drafts.open_assisted(by=UserFactory())
    RegistrationDraft.objects.filter(pk=old.pk).update(updated_at=NOW - dt.timedelta(days=31))
    RegistrationDraft.objects.filter(pk=young.pk).update(updated_at=NOW - dt.timedelta(days=29))
    assert drafts.forget_old(now=NOW) == 1
    assert RegistrationDraft.objects.get() == young
    forget_drafts()
    forget_drafts()
