"""Honest mistakes at the turn of a year, of an agreement and of a month; and what an auditor asks of them."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.ledger import queries as ledger
from foundation.ledger.actions import periods
from foundation.ledger.models import Account, Period, Transaction
from revolving_funds import queries
from revolving_funds.actions import agreements, cases, claims, corrections, mirrors, pools, programme, recoveries
from revolving_funds.enums import CaseKind, Mode
from revolving_funds.models import Agreement, Pool, Recovery, SubsidyClaim
from tests.factories import revolving_funds as make
from tests.factories import statements as bank
from tests.factories.foundation import user_with_role
from tests.factories.revolving_funds import NOW

pytestmark = pytest.mark.django_db
D = dt.date


def faults() -> list[object]:
    return [finding for finding in ledger.proof() if finding.fault_count]


def renewed(on: dt.date) -> Agreement:
    """A new agreement with the same bank from `on` on."""
    return agreements.agree(
        office=make.office(),
        bank=make.bank(),
        number="PKS/2",
        mode=Mode.EXECUTING,
        legal_basis="Perwali",
        valid_from=on,
        by=make.approver(),
        now=NOW,
        on=on,
        seen=True,
    )


def test_a_bill_for_loans_of_an_agreement_that_ended_is_paid_out_of_what_was_carried_over() -> None:
    pool = make.pool(10_000_000, subsidy=100_000)
    loan = make.loan(on=D(2026, 10, 15))
    agreement = renewed(D(2027, 1, 1))
    into = Pool.objects.get(agreement=agreement, year=2027)
    pools.carry_over(pool=pool, into=into, on=D(2027, 1, 4), by=None, now=NOW)
    claim = bank.billed(pool, D(2027, 1, 1), {loan.number: 50_000})
    claims.approve(claim=claim, by=make.approver(), now=NOW, on=D(2027, 2, 3))
    assert (claim.payable > 0, faults()) == (True, [])


def close_months(*, until: dt.date) -> None:
    for period in Period.objects.filter(book="16.71", closed_at=None).order_by("dates"):
        if period.dates.upper <= until:
            periods.close_period(period=period, by=make.treasurer(), now=NOW)


def test_a_payment_to_the_bank_in_a_month_that_was_closed_is_entered_with_its_true_day() -> None:
    pool = make.pool(50_000_000)
    loan = make.loan()
    claim = bank.billed(pool, D(2026, 2, 1), {loan.number: 50_000})
    claims.approve(claim=claim, by=make.approver(), now=NOW, on=D(2026, 3, 2))
    close_months(until=D(2026, 4, 1))
    claim = claims.pay(
        claim=claim, sp2d="SP2D/1", paid_on=D(2026, 3, 30), by=make.treasurer(), now=NOW, on=D(2026, 4, 2)
    )
    assert (claim.paid_on, claim.payment.business_date) == (D(2026, 3, 30), D(2026, 4, 2))
    assert "2026-03-30" in claim.payment.memo


def test_what_came_back_of_a_written_off_loan_in_a_closed_month_is_entered_with_its_true_day() -> None:
    make.pool(50_000_000)
    loan = make.loan()
    case = cases.propose(loan=loan, kind=CaseKind.WRITE_OFF, reason="x", by=make.verifier(), now=NOW, on=D(2026, 3, 1))
    cases.approve(case=case, by=make.approver(), now=NOW, on=D(2026, 3, 2), decree_number="SK", decree_on=D(2026, 3, 1))
    close_months(until=D(2026, 4, 1))
    found = recoveries.record(
        loan=loan,
        amount=100_000,
        paid_on=D(2026, 3, 30),
        request_uid=uuid.uuid4(),
        by=make.treasurer(),
        now=NOW,
        on=D(2026, 4, 2),
    )
    assert (found.paid_on, found.transaction.business_date) == (D(2026, 3, 30), D(2026, 4, 2))


# What was entered by mistake


def test_a_wrong_bill_is_kept_and_makes_room_for_the_right_one() -> None:
    """Without this a bill that was brought in for the wrong month would stand in the way of the right one for ever."""
    pool = make.pool(50_000_000)
    loan = make.loan()
    wrong = bank.billed(pool, D(2026, 2, 1), {loan.number: 9_999})
    with pytest.raises(claims.ReasonMissing):
        claims.refuse(claim=wrong, reason=" ", by=make.treasurer(), now=NOW)
    refused = claims.refuse(claim=wrong, reason="Tagihan Maret", by=make.treasurer(), now=NOW)
    assert (refused.status, refused.accrual, refused.refuse_reason) == ("REFUSED", None, "Tagihan Maret")
    for deed in (claims.approve, claims.pay):
        more = {"sp2d": "1", "paid_on": D(2026, 3, 5)} if deed is claims.pay else {}
        with pytest.raises(claims.WrongState):
            deed(claim=refused, by=make.approver(), now=NOW, on=D(2026, 3, 5), **more)
    right = bank.billed(pool, D(2026, 2, 1), {loan.number: 9_000})
    claims.approve(claim=right, by=make.approver(), now=NOW, on=D(2026, 3, 2))
    with pytest.raises(claims.WrongState):
        claims.refuse(claim=right, reason="x", by=make.approver(), now=NOW)
    with pytest.raises(IntegrityError, match="subsidyclaim_refusal_whole"), transaction.atomic():
        SubsidyClaim.objects.filter(pk=wrong.pk).update(refuse_reason="")
    with pytest.raises(IntegrityError, match=r"subsidyclaim_(once_a_month|refusal_whole)"), transaction.atomic():
        SubsidyClaim.objects.filter(pk=wrong.pk).update(
            status="DRAFT", refused_by=None, refused_at=None, refuse_reason=""
        )


def placed(pool: Pool, amount: int, by: User) -> Transaction:
    key = str(uuid.uuid4())
    programme.place(pool=pool, amount=amount, reference="SP2D/9", on=D(2026, 1, 5), key=key, by=by, now=NOW)
    return Transaction.objects.get(idem_scope="pool.place", idem_key=key)


def test_money_placed_by_mistake_is_taken_back_by_another_hand_as_long_as_it_is_there() -> None:
    pool, treasurer, other = make.pool(2_000_000, subsidy=1_000_000), make.treasurer(), make.treasurer()
    entry = placed(pool, 70_000_000, treasurer)
    values = {"pool": pool, "entry": entry, "now": NOW, "on": D(2026, 1, 6)}
    with pytest.raises(mirrors.ReasonMissing):
        pools.take_back(**values, reason="", by=other)
    with pytest.raises(pools.SameHand):
        pools.take_back(**values, reason="Kelebihan nol", by=treasurer)
    mirror = pools.take_back(**values, reason="Kelebihan nol", by=other)
    assert (mirror.reverses, mirror.maker, mirror.memo) == (entry, other, "Kelebihan nol")
    assert Account.objects.get(pk=pool.available_id).balance == 2_000_000
    with pytest.raises(pools.NotThisEntry):
        pools.take_back(**values, reason="x", by=other)
    again = placed(pool, 3_000_000, treasurer)
    for _number in range(2):
        make.loan(on=D(2026, 1, 15))
    with pytest.raises(pools.MoneyIsOut):
        pools.take_back(**values | {"entry": again}, reason="x", by=other)
    assert faults() == []


def test_money_transferred_on_the_last_day_of_a_year_and_entered_in_the_next_stands_on_its_own_day() -> None:
    pool = make.pool(1_000_000)
    values = {"pool": pool, "amount": 5, "reference": "SP2D", "by": make.treasurer(), "now": NOW, "on": D(2027, 1, 4)}
    with pytest.raises(programme.PlacedAhead):
        programme.place(**values, placed_on=D(2027, 1, 5), key="ahead")
    programme.place(**values, placed_on=D(2026, 12, 30), key="own day")
    assert Transaction.objects.get(idem_key="own day").business_date == D(2026, 12, 30)
    close_months(until=D(2027, 1, 1))
    programme.place(**values, placed_on=D(2026, 12, 30), key="closed")
    late = Transaction.objects.get(idem_key="closed")
    assert (late.business_date, late.memo) == (D(2027, 1, 4), "SP2D (2026-12-30)")


def test_nothing_else_is_taken_back_in_a_pool() -> None:
    pool = make.pool(10_000_000)
    loan = make.loan()
    elsewhere = make.pool(1_000_000, at="bjb")
    theirs = placed(elsewhere, 1_000, make.treasurer())
    for entry in (loan.disbursement, theirs):
        with pytest.raises(pools.NotThisEntry):
            pools.take_back(pool=pool, entry=entry, reason="x", by=make.treasurer(), now=NOW, on=D(2026, 2, 1))


def test_a_recovery_entered_wrongly_is_taken_back_and_may_come_back_again() -> None:
    pool = make.pool(50_000_000)
    loan = make.loan()
    case = cases.propose(loan=loan, kind=CaseKind.WRITE_OFF, reason="x", by=make.verifier(), now=NOW, on=D(2026, 3, 1))
    cases.approve(case=case, by=make.approver(), now=NOW, on=D(2026, 3, 2), decree_number="SK", decree_on=D(2026, 3, 1))
    treasurer, other = make.treasurer(), make.treasurer()
    loan.refresh_from_db()
    paid = {"loan": loan, "paid_on": D(2026, 3, 30), "now": NOW, "on": D(2026, 4, 2)}
    before = queries.pool_flows(Pool.objects.get(pk=pool.pk))
    wrong = recoveries.record(**paid, amount=2_000_000, request_uid=uuid.uuid4(), by=treasurer)
    assert queries.facts_of([loan])[0].recovered_on == D(2026, 3, 30)
    values = {"recovery": wrong, "now": NOW, "on": D(2026, 4, 3)}
    with pytest.raises(recoveries.OwnEntry):
        recoveries.reverse(**values, reason="Salah ketik", by=treasurer)
    with pytest.raises(mirrors.ReasonMissing):
        recoveries.reverse(**values, reason="", by=other)
    back = recoveries.reverse(**values, reason="Salah ketik", by=other)
    with pytest.raises(recoveries.TakenBack):
        recoveries.reverse(**values, reason="x", by=other)
    assert (recoveries.still_out(loan), queries.facts_of([loan])[0].recovered_on) == (2_000_000, None)
    assert (queries.pool_flows(Pool.objects.get(pk=pool.pk)), faults()) == (before, [])
    recoveries.record(**paid, amount=200_000, request_uid=uuid.uuid4(), by=treasurer)
    for name, changes in (
        ("recovery_reversed_by_not_recorded_by", {"reversed_by": treasurer}),
        ("recovery_reversal_whole", {"reverse_reason": ""}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Recovery.objects.filter(pk=back.pk).update(**changes)


def test_a_payment_is_not_moved_to_a_loan_at_another_bank() -> None:
    make.pool(50_000_000)
    here = make.loan()
    paid = make.repay(here, 200_000, D(2026, 2, 16))
    make.pool(60_000_000, at="bjb", year=2026)
    there = make.loan(on=D(2026, 2, 1))
    assert here.pool.agreement.bank_id != there.pool.agreement.bank_id
    with pytest.raises(corrections.OtherBank):
        corrections.move(repayment=paid, to=there, reason="x", by=make.approver(), now=NOW, on=D(2026, 3, 2))


def test_the_pages_take_back_and_lead_down_to_the_entry(client: Client) -> None:
    pool, treasurer = make.pool(50_000_000), make.treasurer()
    entry = placed(pool, 5_000, treasurer)
    client.force_login(make.treasurer())
    page = reverse("admin:revolving_funds_pool_deed", args=[pool.uid, "tarik"])
    assert "SP2D/9" in client.get(page).content.decode()
    assert client.post(page, {"entry": entry.pk, "reason": "Salah"}).status_code == 302
    mirror = entry.reversed_by
    client.force_login(user_with_role(Role.AUDITOR, "16.71"))
    shown = client.get(reverse("admin:ledger_transaction_change", args=[mirror.uid])).content.decode()
    assert reverse("admin:revolving_funds_pool_change", args=[pool.uid]) in shown
    assert reverse("admin:ledger_transaction_change", args=[entry.uid]) in shown
    first = client.get(reverse("admin:ledger_transaction_change", args=[entry.uid])).content.decode()
    assert reverse("admin:ledger_transaction_change", args=[mirror.uid]) in first
    loan = make.loan()
    claim = bank.billed(pool, D(2026, 2, 1), {loan.number: 9_000})
    claims.approve(claim=claim, by=make.approver(), now=NOW, on=D(2026, 3, 2))
    claim.refresh_from_db()
    for row, entered in ((loan, loan.disbursement), (claim, claim.accrual)):
        url = reverse(f"admin:revolving_funds_{row._meta.model_name}_change", args=[row.uid])
        assert reverse("admin:ledger_transaction_change", args=[entered.uid]) in client.get(url).content.decode()
