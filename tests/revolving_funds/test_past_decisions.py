"""A decision that no longer holds stays readable, and its people stay out of the other steps."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.roles import Role
from revolving_funds.actions import applications, batches, hands, loans, pools
from revolving_funds.models import Application, PastDecision
from tests.factories import revolving_funds as make
from tests.factories import statements as files
from tests.factories.foundation import user_with_role
from tests.factories.revolving_funds import NOW, TODAY

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=31)


def seen_by(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def lapsed(**changes: Any) -> Application:
    """Approved, handed to the bank, and the bank did not answer."""
    application = make.approved(**changes)
    files.batch(by=make.treasurer(), on=TODAY)
    assert pools.expire(on=timezone.localdate(LATER), now=LATER) == 1
    return Application.objects.get(pk=application.pk)


def test_what_a_silent_bank_undoes_is_kept_with_its_people_and_its_reason() -> None:
    pool = make.pool()
    application = lapsed()
    past = PastDecision.objects.get()
    assert (past.application, past.outcome, past.amount, past.pool) == (application, "APPROVED", 2_000_000, pool)
    assert (past.why, past.ended_at, past.ended_by, past.held_until) == ("SILENT", LATER, None, dt.date(2026, 2, 14))
    assert past.decided_at == past.handed_at == NOW
    assert past.handed_by != past.decided_by
    assert (application.status, application.decided_by, application.handed_by) == ("SURVEYED", None, None)


def test_owner_office_and_auditor_read_what_was_decided_before(django_assert_max_num_queries: Any) -> None:
    make.pool()
    application = lapsed()
    past = PastDecision.objects.get()
    own = seen_by(application.person.user).get(application.get_absolute_url()).content.decode()
    assert "Yang pernah diputuskan" in own
    assert "Bank tidak menjawab selama uang disisihkan" in own
    assert str(past.decided_by) not in own
    address = reverse("admin:revolving_funds_application_change", args=[application.uid])
    for user in (user_with_role(Role.AUDITOR, "16.71"), make.approver()):
        with django_assert_max_num_queries(60):
            page = seen_by(user).get(address).content.decode()
        for told in (str(past.decided_by), str(past.handed_by), "Rp2.000.000", "15 Januari 2026", "15 Februari 2026"):
            assert told in page
        assert "Bank tidak menjawab selama uang disisihkan" in page


def test_who_decided_before_may_decide_again_and_do_nothing_else() -> None:
    make.pool()
    application = lapsed()
    past = PastDecision.objects.get()
    approver, treasurer = past.decided_by, past.handed_by
    assert treasurer is not None
    assert not hands.may(application, treasurer, step="decided_by")
    assert not hands.may(application, approver, step="handed_by")
    assert str(treasurer) in hands.names(application)
    assert str(approver) not in hands.names(application)
    rows = Application.objects.filter(pk=application.pk)
    with pytest.raises(IntegrityError, match="two steps"), transaction.atomic():
        rows.update(decided_by=treasurer, decided_at=LATER)
    applications.approve(application=application, by=approver, now=LATER, on=TODAY)
    for hand, who in (("handed", approver), ("disbursed", treasurer), ("answered", treasurer)):
        assert not hands.may(application, who, step=f"{hand}_by")
        assert not hands.without(rows.all(), who, step=f"{hand}_by").exists()
        with pytest.raises(IntegrityError, match="two steps"), transaction.atomic():
            rows.update(**{f"{hand}_by": who, f"{hand}_at": LATER})
    with pytest.raises(hands.SamePersonTwice):
        loans.disburse(application=application, by=treasurer, now=LATER, on=TODAY)
    told = hands.names(Application.objects.get(pk=application.pk))
    assert (str(treasurer) in told, str(approver) in told) == (True, True)


def test_no_decision_leaves_its_application_without_a_trace() -> None:
    make.pool()
    application = make.approved()
    rows = Application.objects.filter(pk=application.pk)
    for changes in ({"decided_at": LATER}, {"decided_by": make.approver()}):
        with pytest.raises(IntegrityError, match="no longer holds is kept"), transaction.atomic():
            rows.update(**changes)
    cleared = {"status": "SURVEYED", "decided_at": None, "decided_by": None}
    with pytest.raises(IntegrityError, match="no longer holds is kept"), transaction.atomic():
        rows.update(**cleared)


def test_history_is_only_added() -> None:
    make.pool()
    lapsed()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        PastDecision.objects.update(reason="Lain")
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        PastDecision.objects.all().delete()
    with pytest.raises(InternalError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE revolving_funds_pastdecision CASCADE")


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"outcome": "WISHED"}, "pastdecision_(words_known|says)"),
        ({"why": "BORED"}, "pastdecision_words_known"),
        ({"ended_at": NOW - dt.timedelta(days=1)}, "pastdecision_in_order"),
        ({"amount": None}, "pastdecision_says_what_it_was"),
        ({"outcome": "REFUSED"}, "pastdecision_says_what_it_was"),
        ({"handed_at": NOW}, "pastdecision_pairs"),
        ({"answered_at": NOW}, "pastdecision_pairs"),
    ],
)
def test_history_is_whole(changes: dict[str, Any], constraint: str) -> None:
    make.pool()
    application = make.approved()
    values = {"outcome": "APPROVED", "amount": 2_000_000, "decided_at": NOW, "ended_at": LATER, "why": "SILENT"}
    values |= {"application": application, "decided_by": application.decided_by}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PastDecision.objects.create(**values | changes)


def test_a_refusal_of_the_bank_names_who_wrote_it_down_and_she_did_nothing_else() -> None:
    make.pool()
    application, clerk = make.approved(), make.treasurer()
    rows = Application.objects.filter(pk=application.pk)
    with pytest.raises(IntegrityError, match="names who wrote it down"), transaction.atomic():
        rows.update(status="REJECTED", decision_reason="Rekening tidak aktif")
    told = {"disbursed_on": None, "reason": "Rekening tidak aktif", "now": LATER, "on": TODAY}
    for hand in (application.checked_by, application.surveyed_by, application.decided_by, application.person.user):
        assert hand is not None
        with pytest.raises(hands.SamePersonTwice):
            batches.answer(application=application, paid=False, by=hand, **told)
        with pytest.raises(IntegrityError, match=r"two steps|_not_"), transaction.atomic():
            rows.update(status="REJECTED", decision_reason="x", answered_by=hand, answered_at=LATER)
    done, _loan = batches.answer(application=application, paid=False, by=clerk, **told)
    assert (done.status, done.answered_by, done.answered_at) == ("REJECTED", clerk, LATER)
