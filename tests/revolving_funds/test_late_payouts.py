"""A payout that is entered late keeps its own day; the book takes it on the day it is entered, and past days stay as they were."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from foundation.ledger import queries as ledger
from foundation.ledger.actions import periods
from foundation.ledger.models import Period
from foundation.regions.models import Office
from revolving_funds import close, eligibility, queries
from revolving_funds.actions import applications, loans
from revolving_funds.models import Application, Loan, Policy
from tests.factories import revolving_funds as make
from tests.factories.revolving_funds import NOW

pytestmark = pytest.mark.django_db
D = dt.date
JANUARY, FEBRUARY = D(2026, 1, 28), D(2026, 2, 3)


def close_january() -> None:
    months = Period.objects.filter(book="16.71", dates__startswith__lt=D(2026, 2, 1)).order_by("dates")
    for month in months:
        periods.close_period(period=month, by=make.treasurer(), now=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))


def pay_out(application: Application, **days: Any) -> Loan:
    return loans.disburse(application=application, by=make.treasurer(), now=NOW, on=FEBRUARY, **days)


def test_a_payout_of_a_closed_month_stands_on_the_day_of_entry_and_keeps_its_own() -> None:
    make.pool()
    application = make.approved(on=JANUARY)
    close_january()
    loan = pay_out(application, disbursed_on=JANUARY + dt.timedelta(days=2))
    entry = loan.disbursement
    assert (loan.disbursed_on, loan.booked_on, entry.business_date) == (D(2026, 1, 30), FEBRUARY, FEBRUARY)
    assert "2026-01-30" in entry.memo
    first = loan.instalments.order_by("number")[0]
    assert first.contract_due_on == D(2026, 2, 28)  # by the day the bank paid
    assert not [finding for finding in ledger.proof() if finding.fault_count]
    with pytest.raises(IntegrityError, match="loan_booked_after_payout"), transaction.atomic():
        Loan.objects.filter(pk=loan.pk).update(booked_on=loan.disbursed_on)


def test_the_closed_month_says_the_same_as_before_the_late_payout() -> None:
    make.pool()
    application, office = make.approved(on=JANUARY), Office.objects.get(region_id="16.71")
    close_january()
    end, after = D(2026, 1, 31), D(2026, 3, 1)
    before = close.parts(office, on=end), queries.portfolio("16.71", on=end, today=after)
    pay_out(application, disbursed_on=D(2026, 1, 30))
    assert (close.parts(office, on=end), queries.portfolio("16.71", on=end, today=after)) == before
    assert close.whole(close.parts(office, on=FEBRUARY)).outstanding == 2_000_000


def test_the_day_of_the_decision_is_the_offices_own() -> None:
    """18:30 UTC is the next morning in Palembang: the bank cannot have paid the day before."""
    make.pool()
    moment = dt.datetime(2026, 1, 28, 18, 30, tzinfo=dt.UTC)
    surveyed, by = make.surveyed(on=JANUARY), make.approver()
    application = applications.approve(application=surveyed, by=by, now=moment, on=D(2026, 1, 29))
    with pytest.raises(loans.DayOutOfRange):
        pay_out(application, disbursed_on=D(2026, 1, 28))
    assert pay_out(application, disbursed_on=D(2026, 1, 29)).disbursed_on == D(2026, 1, 29)


def missing(answer: eligibility.Eligibility, key: str) -> str:
    return next(line.text for line in answer.conditions if line.key == key)


def test_what_is_missing_says_by_when_where_a_day_is_known() -> None:
    make.pool()
    application = make.approved(on=JANUARY)
    person = application.person
    answer = eligibility.of(person, on=FEBRUARY)
    assert "27 Februari 2026" in missing(answer, "application")  # the hold's last day
    person.businesses.get().licences.update(valid_to=D(2026, 1, 31))
    assert "31 Januari 2026" in missing(eligibility.of(person, on=FEBRUARY), "nib")
    assert "31 Januari 2026" in missing(eligibility.of(person, on=D(2026, 1, 30)), "nib")  # it holds until
    Policy.objects.update(valid_from=D(2026, 3, 1))
    assert "1 Maret 2026" in missing(eligibility.of(person, on=FEBRUARY), "programme")
