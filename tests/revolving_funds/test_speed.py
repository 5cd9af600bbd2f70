"""What makes the fund quick stays true: round trips of a payment, figures kept for a large office."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.audit.models import Event
from foundation.ledger.models import Transaction
from foundation.notifications.models import Message
from foundation.regions.models import Office
from revolving_funds import queries
from revolving_funds.actions import closing, plain_payments
from revolving_funds.models import Loan, Repayment
from tests.factories import revolving_funds as make

pytestmark = pytest.mark.django_db
D = dt.date


def test_an_instalment_costs_two_round_trips_and_leaves_everything() -> None:
    make.pool()
    loan, key = make.loan(), uuid.uuid4()
    with CaptureQueriesContext(connection) as asked:
        paid = make.repay(loan, 200_000, D(2026, 2, 16), request_uid=key, reference="100% 'BJB'")
    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) == 2
    stored = Repayment.objects.get()
    for field in Repayment._meta.concrete_fields:
        assert getattr(paid, field.attname) == getattr(stored, field.attname), field.name
    entry = Transaction.objects.get(pk=paid.transaction_id)
    assert (entry.business_date, entry.memo, entry.idem_key) == (D(2026, 2, 16), "100% 'BJB'", str(key))
    event = Event.objects.get(verb="loan.repaid")
    assert (event.object_id, event.object_label, event.region_code) == (loan.pk, loan.number, loan.village_id)
    assert event.data == {"amount": 200_000, "excess": 0, "paid_on": "2026-02-16"}
    assert Message.objects.filter(kind="fund_instalment_received", subject_key=f"repayment:{paid.pk}").exists()
    assert paid.loan.status == Loan.objects.get().status


def test_the_facts_name_the_same_recipient_as_the_person() -> None:
    make.pool()
    loan = make.loan()
    person = loan.person
    type(person).objects.filter(pk=person.pk).update(user=None, email="")
    facts = plain_payments.facts(loan, uuid.uuid4(), D(2026, 2, 16))
    assert facts.loan.person.as_recipient() == type(person).objects.get(pk=person.pk).as_recipient()


def test_a_large_office_sees_the_last_close_and_a_small_one_today(monkeypatch: pytest.MonkeyPatch) -> None:
    make.pool()
    office, day = Office.objects.get(), D(2026, 3, 20)
    make.repay(make.loan(), 200_000, D(2026, 2, 16))
    closing.close_day(office=office, on=day, now=dt.datetime(2026, 3, 21, tzinfo=dt.UTC))
    assert queries.last_close(office, today=D(2026, 3, 21)) is None
    monkeypatch.setattr(queries, "LARGE", 1)
    kept = queries.last_close(office, today=D(2026, 3, 21))
    assert kept == (day, queries.portfolio(office.region_id, on=day, today=D(2026, 3, 21), by="bank"))
    assert queries.last_close(office, today=D(2026, 3, 24)) is None
