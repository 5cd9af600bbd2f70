"""Receipts of payments keyed in by hand, promises of subsidy that fall free, whom a rule touches, capital afterwards."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.ledger.models import Account
from foundation.notifications.models import Message
from revolving_funds import bank_forms, eligibility, impact
from revolving_funds.actions import applications, bank_access, by_hand, capital, promises_of_subsidy, repayments, rules
from revolving_funds.enums import ReferralStatus
from revolving_funds.models import (
    AgreementTerms,
    FileLayout,
    Loan,
    Policy,
    Pool,
    QualityScale,
    Referral,
    Repayment,
    Tier,
)
from tests.factories import revolving_funds as make
from tests.factories.files import picture, upload
from tests.factories.foundation import user_with_role

pytestmark = pytest.mark.django_db
NOW, TODAY = make.NOW, make.TODAY
D = dt.date


def seen_by(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def opened(client: Client, url: str) -> int:
    """The status of a file, read to its end."""
    answer = client.get(url)
    if answer.streaming:
        list(answer.streaming_content)  # type: ignore[call-overload]
    return answer.status_code


# The receipt of a manual payment


def test_the_rule_asks_for_the_receipt_and_the_second_person_sees_it() -> None:
    today = timezone.localdate()
    make.pool(year=today.year)
    loan = make.loan(on=today)
    Policy.objects.update(receipt_photo=True)
    url = reverse("admin:revolving_funds_loan_deed", args=[loan.uid, "repay"])
    values = {"request_uid": str(uuid.uuid4()), "amount": "200.000", "paid_on": str(today)}
    treasurer = seen_by(make.treasurer())
    assert treasurer.post(url, values).status_code == 200
    assert not Repayment.objects.exists()
    for _press in range(2):
        assert treasurer.post(url, values | {"photo": upload(picture(), "slip.jpg")}).status_code == 302
    paid = Repayment.objects.get()
    assert paid.photo is not None
    file = reverse("files:read", args=[paid.photo.uid])
    second = seen_by(make.approver())
    assert file in second.get(reverse("admin:revolving_funds_repayment_change", args=[paid.uid])).content.decode()
    assert opened(second, file) == 200
    assert Event.objects.filter(verb="file.read").exists()
    assert opened(seen_by(loan.person.user), file) == 200
    for stranger in (make.owner().user, make.approver("32.04")):
        assert opened(seen_by(stranger), file) == 404


def test_without_the_rule_a_photo_is_welcome_and_not_needed_and_a_file_of_the_bank_needs_none() -> None:
    make.pool()
    loan, by = make.loan(), make.treasurer()
    values: dict[str, Any] = {"loan": loan, "amount": 200_000, "paid_on": TODAY, "by": by, "now": NOW, "on": TODAY}
    assert by_hand.record(photo=None, request_uid=uuid.uuid4(), **values).photo is None
    Policy.objects.update(receipt_photo=True)
    with pytest.raises(by_hand.PhotoMissing):
        by_hand.record(photo=None, request_uid=uuid.uuid4(), **values)
    assert repayments.record(request_uid=uuid.uuid4(), **values).photo is None  # what a bank reports


# Lists of layouts and accesses


def test_layouts_and_accesses_are_those_of_the_banks_that_the_office_works_with() -> None:
    make.pool()
    make.pool(code="32.04", at="bjb")
    here, there = (user_with_role(Role.BANK, code) for code in ("16.71", "32.04"))
    bank_access.give(user=here, bank=make.bank(), by=None, now=NOW)
    bank_access.give(user=there, bank=make.bank("bjb"), by=None, now=NOW)
    for code, own, other in (("16.71", "Bank Sumsel Babel", "bank bjb"), ("32.04", "bank bjb", "Bank Sumsel Babel")):
        treasurer = make.treasurer(code)
        client = seen_by(treasurer)
        for name in ("filelayout", "bankaccess"):
            page = client.get(reverse(f"admin:revolving_funds_{name}_changelist")).content.decode()
            assert own in page
            assert other not in page
        chosen = bank_forms.AccessForm(by=treasurer)
        assert {str(bank) for bank in chosen.fields["bank"].queryset} == {own}  # type: ignore[attr-defined]
        assert set(chosen.fields["user"].queryset) == {here if code == "16.71" else there}  # type: ignore[attr-defined]
        layouts = bank_forms.StatementForm(by=treasurer).fields["layout"].queryset  # type: ignore[attr-defined]
        assert {str(layout.bank) for layout in layouts} == {own}
    foreign = FileLayout.objects.filter(bank__code="bjb").first()
    assert foreign is not None
    url = reverse("admin:revolving_funds_filelayout_change", args=[foreign.uid])
    assert seen_by(make.treasurer()).get(url).status_code == 404


# What was promised for interest


def money(pool: Pool) -> tuple[int, int]:
    """Subsidy budget left, subsidy promised."""
    return tuple(Account.objects.get(pk=key).balance for key in (pool.subsidy_budget_id, pool.subsidy_committed_id))  # type: ignore[return-value]


def test_a_loan_that_ends_early_gives_back_what_its_interest_will_not_cost() -> None:
    pool = make.pool(subsidy=1_000_000)
    loan = make.loan()
    promised = money(pool)[1]
    assert (sum(money(pool)), promised) == (1_000_000, 55_070)  # 6 % of what is outstanding, by the days that are due
    assert promises_of_subsidy.free(on=TODAY, now=NOW) == 0
    make.repay(loan, 2_000_000, D(2026, 2, 15))  # all of it after a month
    assert promises_of_subsidy.free(on=D(2026, 2, 16), now=NOW) == promised - 10_192
    assert money(pool) == (989_808, 10_192)  # what the bank will bill for that month stays promised
    assert promises_of_subsidy.free(on=D(2026, 2, 17), now=NOW) == 0  # once


def test_a_loan_returned_by_its_schedule_frees_nothing() -> None:
    pool = make.pool(subsidy=1_000_000)
    loan = make.loan()
    for row in loan.instalments.order_by("number"):
        make.repay(loan, row.amount, row.due_on)
    before = money(pool)
    assert promises_of_subsidy.free(on=D(2026, 11, 17), now=NOW) == 0
    assert money(pool) == before


def test_what_is_freed_can_be_promised_again() -> None:
    make.pool(subsidy=60_000)
    loan = make.loan()
    waiting = make.surveyed()
    with pytest.raises(applications.ActionError):
        applications.approve(application=waiting, by=make.approver(), now=NOW, on=TODAY)
    make.repay(loan, 2_000_000, TODAY)
    promises_of_subsidy.free(on=D(2026, 1, 16), now=NOW)
    applications.approve(application=waiting, by=make.approver(), now=NOW, on=TODAY)


# Whom a change touches


def said(row: Any, **fields: Any) -> str:
    values = {name: getattr(row, name) for name in rules.CHANGEABLE[type(row)]} | fields
    return " | ".join(str(one) for one in impact.of_change(row, values, D(2026, 3, 10)))


CHANGES: tuple[tuple[Any, dict[str, Any], str], ...] = (
    (Tier, {"amount": 1_000_000}, "2 permohonan"),
    (Policy, {"group_rule": "BLOCK"}, "punya anggota kelompok yang terlambat"),
    (Policy, {"rounding": 100}, "dibagi menjadi angsuran"),
    (Policy, {"reservation_days": 60}, "1 persetujuan"),
    (Policy, {"by_value_date": False}, "tepat waktu"),
    (Policy, {"appeal_days": 14}, "tetap mempunyai hari"),
    (Policy, {"appeal_answer_days": 5}, "tetap dijawab"),
    (AgreementTerms, {"rate_bp": 700}, "tetap memakai ketentuan"),
    (AgreementTerms, {"loss_bearer": "BANK"}, "dihapus buku"),
    (QualityScale, {"provision_bp": [100, 100, 1000, 5000, 10000]}, "dihitung ulang"),
)


def test_each_field_of_each_rule_tells_whom_it_touches() -> None:
    make.pool()
    late = make.loan()
    make.group(late.application)
    asking = make.submitted()
    type(asking).objects.filter(pk=asking.pk).update(group=late.application.group)
    make.submitted()
    make.approved()
    make.appeal(make.refused(now=dt.datetime(2026, 3, 9, 3, tzinfo=dt.UTC)))
    paid = make.loan()  # on its day by the borrower, booked three weeks later
    for row in paid.instalments.order_by("number"):
        booked = row.due_on + dt.timedelta(days=21)
        one = make.repay(paid, row.amount, booked, paid_on=row.due_on)
        Repayment.objects.filter(pk=one.pk).update(booked_on=booked)
    missing = []
    for kind, fields, words in CHANGES:
        told = said(kind.objects.order_by("pk").first(), **fields)
        if words not in told:
            missing.append((kind.__name__, fields, told))
    assert not missing


# After the highest step


def test_who_climbed_the_ladder_is_led_on_and_the_answer_is_kept() -> None:
    """Three loans on time, the catalogue, the referral from the loan's page, the answer."""
    make.pool(100_000_000)
    person, day = make.owner(), TODAY
    Tier.objects.update(tenor_months=1)
    for amount in (2_000_000, 5_000_000, 10_000_000):
        loan: Loan = make.loan(person, on=day, amount=amount)
        row = loan.instalments.get()
        make.repay(loan, row.amount, row.due_on)
        day = row.due_on + dt.timedelta(days=1)
    answer = eligibility.of(person, on=day)
    assert answer.standing is not None
    assert answer.standing.graduated
    assert not answer.may_apply
    office = make.office()
    fields = {"cost": "6 %", "conditions": "NIB", "how": "Ke cabang", "contact": "0711", "amount_to": 50_000_000}
    source = capital.keep(office=office, by=None, now=NOW, kind="KUR", name="KUR Mikro", for_graduates=True, **fields)
    hidden = capital.keep(office=office, by=None, now=NOW, kind="ZAKAT", name="Baznas", is_offered=False, **fields)
    page = seen_by(person.user).get(reverse("revolving_funds:capital")).content.decode()
    assert "KUR Mikro" in page
    assert "Baznas" not in page
    with pytest.raises(capital.NotOffered):
        capital.refer(person=person, source=hidden, amount=1, by=None, now=NOW)
    officer = seen_by(user_with_role(Role.VERIFIER, "16.71"))
    url = reverse("admin:revolving_funds_loan_deed", args=[loan.uid, "refer"])
    values = {"source": source.pk, "amount": "25.000.000", "note": "Tiga pinjaman tepat waktu"}
    assert officer.post(url, values).status_code == 302
    referral = Referral.objects.get()
    assert Message.objects.filter(kind="fund_referred").exists()
    with pytest.raises(capital.AlreadyReferred):
        capital.refer(person=person, source=source, amount=1, by=None, now=NOW)
    given = {"referral": referral, "outcome_on": day, "by": make.verifier(), "now": NOW}
    with pytest.raises(capital.AmountMissing):
        capital.record_outcome(status=ReferralStatus.GRANTED, on=day, **given)
    with pytest.raises(capital.DayAhead):
        capital.record_outcome(status=ReferralStatus.GRANTED, on=TODAY, outcome_amount=1, **given)
    capital.record_outcome(status=ReferralStatus.GRANTED, on=day, outcome_amount=20_000_000, **given)
    with pytest.raises(capital.Answered):
        capital.record_outcome(status=ReferralStatus.REFUSED, on=day, **given)
    assert "Rp20.000.000" in seen_by(person.user).get(reverse("revolving_funds:capital")).content.decode()
    assert capital.refer(person=person, source=source, amount=1, by=None, now=NOW)  # may be sent there again
