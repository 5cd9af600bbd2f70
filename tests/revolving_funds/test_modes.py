"""Executing, channelling, the office itself: the same screens, different entries in the book."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.ledger.models import Leg, Transaction
from revolving_funds import papers, queries
from revolving_funds.actions import agreements, batches, cases, claims, corrections, loans, programme, recoveries
from revolving_funds.actions.rules import DayInPast, NotSeen
from revolving_funds.enums import CaseKind, Mode
from revolving_funds.models import Agreement, AgreementPaper, AgreementTerms, Bank, Difference, Loan, Pool
from tests.factories import revolving_funds as make
from tests.factories import statements as files
from tests.factories.revolving_funds import NOW, TODAY

pytestmark = pytest.mark.django_db
D = dt.date


def pool_of(mode: Mode, **terms: Any) -> Pool:
    """The factory's pool under an agreement of this mode."""
    office = make.office()
    agreement = programme.sign(
        office=office,
        bank=make.bank(),
        number="PKS/1",
        legal_basis="Perwali",
        valid_from=make.START,
        by=None,
        now=NOW,
        mode=mode,
    )
    AgreementTerms.objects.filter(agreement=agreement).update(**terms)
    return make.pool(50_000_000)


def journal(kind: str) -> list[tuple[str, int]]:
    """(head of the account, rupiah) of each leg of the one entry of this kind."""
    return lines(Transaction.objects.get(kind=kind))


def lines(entry: Transaction) -> list[tuple[str, int]]:
    legs = Leg.objects.filter(transaction=entry).order_by("leg_no").select_related("account")
    heads = [(leg.account.code.split("/"), leg.amount) for leg in legs]
    return sorted((f"{code[0]}:{code[-1]}" if len(code) > 3 else code[0], amount) for code, amount in heads)


def written_off(loan: Loan) -> None:
    later = dt.datetime(2026, 12, 1, 3, tzinfo=dt.UTC)
    told = {"kind": CaseKind.WRITE_OFF, "reason": "Usaha habis terbakar"}
    case = cases.propose(loan=loan, by=make.verifier(), now=later, on=later.date(), **told)
    decided = {"decree_number": "SK/9/2026", "decree_on": D(2026, 12, 1)}
    cases.approve(case=case, by=make.approver(), now=later, on=D(2026, 12, 1), **decided)


def test_an_executing_bank_is_mirrored_paid_interest_and_owes_the_loss_it_bears() -> None:
    pool = pool_of(Mode.EXECUTING, loss_bearer="BANK")
    loan = make.loan()
    cost = queries.expected_subsidy(pool, 2_000_000, 10, on=TODAY)
    assert cost > 0
    assert journal("RESERVED") == [
        ("pool:available", -2_000_000),
        ("pool:reserved", 2_000_000),
        ("pool:subsidy-budget", -cost),
        ("pool:subsidy-committed", cost),
    ]
    assert journal("DISBURSED") == [("loan", 2_000_000), ("pool:reserved", -2_000_000)]
    written_off(loan)
    assert ("claim", 2_000_000) in journal("WRITTEN_OFF")
    assert files.billed(pool, D(2026, 2, 1), {loan.number: 10_000}).billed == 10_000


@pytest.mark.parametrize(("mode", "money"), [(Mode.CHANNELLING, "pool"), (Mode.SELF, "cash")])
def test_the_offices_own_loans_promise_no_interest_and_their_loss_is_the_funds(mode: Mode, money: str) -> None:
    """Also where the terms, made for an executing bank, say otherwise."""
    pool = pool_of(mode, loss_bearer="BANK", rate_bp=600)
    loan = make.loan()
    assert journal("RESERVED") == [(f"{money}:available", -2_000_000), (f"{money}:reserved", 2_000_000)]
    assert journal("DISBURSED") == sorted([("own-loan", 2_000_000), (f"{money}:reserved", -2_000_000)])
    make.repay(loan, 200_000, D(2026, 2, 16))
    assert journal("REPAID") == sorted([(f"{money}:available", 200_000), ("own-loan", -200_000)])
    with pytest.raises(claims.NotSubsidised):
        files.billed(pool, D(2026, 2, 1), {loan.number: 10_000})
    written_off(loan)
    assert ("fund.loss", 1_800_000) in journal("WRITTEN_OFF")


@pytest.mark.parametrize(
    ("mode", "money", "lent"),
    [(Mode.EXECUTING, "pool", "loan"), (Mode.CHANNELLING, "pool", "own-loan"), (Mode.SELF, "cash", "own-loan")],
)
def test_the_journal_is_line_by_line_the_same_but_for_the_heads_of_the_mode(mode: Mode, money: str, lent: str) -> None:
    """J1 to J6 and J10 to J12 of docs/fund.md; J7 to J9 are in the tests of executing banks above and in test_claims."""
    pool_of(mode, rate_bp=0)
    loan, lost = make.loan(), make.loan()

    def last(kind: str) -> list[tuple[str, int]]:
        return lines(Transaction.objects.filter(kind=kind).latest("pk"))

    at, held, m = f"{money}:available", f"{money}:reserved", 1_000_000
    assert last("POOL_PLACED") == sorted([(at, 50 * m), ("fund.capital", -50 * m)])
    assert last("RESERVED") == sorted([(held, 2 * m), (at, -2 * m)])
    assert last("DISBURSED") == sorted([(lent, 2 * m), (held, -2 * m)])
    paid = make.repay(loan, m, D(2026, 2, 16))
    assert last("REPAID") == sorted([(at, m), (lent, -m)])
    corrections.reverse(repayment=paid, reason="Pinjaman keliru", by=make.approver(), now=NOW, on=D(2026, 2, 16))
    assert lines(Transaction.objects.get(reverses=paid.transaction)) == sorted([(at, -m), (lent, m)])
    make.repay(loan, 2 * m + 50_000, D(2026, 3, 16), keep_excess=True)
    assert last("REPAID") == sorted([(at, 2 * m + 50_000), (lent, -2 * m), ("excess", -50_000)])
    then = {"paid_on": D(2026, 3, 17), "request_uid": uuid.uuid4(), "now": NOW, "on": D(2026, 3, 17)}
    corrections.refund(loan=loan, amount=50_000, reference="SP2D/1", by=make.treasurer(), **then)
    assert last("REFUNDED") == sorted([("excess", 50_000), (at, -50_000)])
    written_off(lost)
    register = [("memo", 2 * m), ("memo", -2 * m)]
    assert last("WRITTEN_OFF") == sorted([("fund.loss", 2 * m), (lent, -2 * m), *register])
    then |= {"paid_on": D(2026, 12, 2), "on": D(2026, 12, 2), "request_uid": uuid.uuid4()}
    recoveries.record(loan=lost, amount=m, by=make.treasurer(), **then)
    assert last("RECOVERED") == sorted([(at, m), ("fund.loss", -m), ("memo", m), ("memo", -m)])


def test_what_the_office_lends_itself_goes_to_no_bank() -> None:
    pool_of(Mode.SELF)
    application = make.approved()
    with pytest.raises(batches.NothingToSend):
        files.batch(by=make.treasurer(), on=TODAY)
    loan = loans.disburse(application=application, by=make.treasurer(), now=NOW, on=TODAY)
    assert not Loan.objects.of_bank(make.bank()).exists()
    files.reported({"X-1": 1}, as_of=D(2026, 2, 28))
    assert [row.number for row in Difference.objects.all()] == ["X-1"], loan


@pytest.mark.parametrize("mode", [Mode.EXECUTING, Mode.CHANNELLING, Mode.SELF])
def test_the_agreement_says_who_lends_and_is_made_at_the_desk_too(mode: Mode) -> None:
    pool_of(mode)
    application = make.approved()
    data = papers.agreement_data(application, make.office(), "PJ-1", TODAY)
    assert data["mode"] == mode
    client = Client()
    client.force_login(make.treasurer())
    url = reverse("admin:revolving_funds_application_deed", args=[application.uid, "perjanjian"])
    first = client.post(url)
    assert first.content.startswith(b"%PDF")
    assert client.post(url).content == first.content == bytes(AgreementPaper.objects.get().content)


def test_a_channelling_bank_gets_its_batch() -> None:
    pool_of(Mode.CHANNELLING)
    make.approved()
    assert files.batch(by=make.treasurer(), on=TODAY).row_count == 1


# The page


def new(**changes: Any) -> Agreement:
    values: dict[str, Any] = {"bank": make.bank(), "number": "PKS/2", "mode": Mode.CHANNELLING, "seen": True}
    values |= {"office": make.office(), "legal_basis": "Perda 11/2021", "valid_from": D(2026, 2, 1)}
    return agreements.agree(**values | {"by": make.approver(), "now": NOW, "on": TODAY} | changes)


def test_a_new_agreement_takes_the_place_of_the_one_before_and_says_what_it_touches() -> None:
    old = make.pool(50_000_000).agreement
    AgreementTerms.objects.filter(agreement=old).update(rate_bp=450)
    loan = make.loan()
    with pytest.raises(NotSeen, match="1 pinjaman berjalan"):
        new(seen=False)
    made = new()
    old.refresh_from_db()
    assert (old.valid_to, made.valid_from, made.mode) == (D(2026, 1, 31), D(2026, 2, 1), "CHANNELLING")
    assert made.terms.get().rate_bp == 450
    assert Pool.objects.get(agreement=made).year == 2026
    assert Loan.objects.get(pk=loan.pk).pool.agreement == old
    with pytest.raises(agreements.LaterAgreement):
        new()
    with pytest.raises(DayInPast):
        new(valid_from=D(2026, 1, 14))


def test_an_agreement_with_a_new_bank_brings_the_bank_along() -> None:
    with pytest.raises(agreements.BankMissing):
        new(bank=None)
    made = new(bank=None, bank_name="BPR Kerta Raharja", bank_kind="RURAL")
    assert (made.bank.name, made.bank.code, made.bank.kind) == ("BPR Kerta Raharja", "bpr-kerta-raharja", "RURAL")
    assert made.bank.layouts.exists()
    assert Bank.objects.filter(name="BPR Kerta Raharja").count() == 1


def test_the_approver_signs_on_the_page_after_seeing_whom_it_touches() -> None:
    today = timezone.localdate()
    make.pool(50_000_000, year=today.year)
    client = Client()
    client.force_login(make.approver())
    url = reverse("admin:revolving_funds_agreement_list_deed", args=["baru"])
    assert url in client.get(reverse("admin:revolving_funds_agreement_changelist")).content.decode()
    values = {
        "bank": make.bank().pk,
        "number": "PKS/7",
        "mode": "SELF",
        "valid_from": str(today),
        "legal_basis": "Perda 11",
    }
    assert "tetap menurut perjanjian itu" in client.post(url, values).content.decode()
    assert client.post(url, values | {"seen": "on"}).status_code == 302
    assert Agreement.objects.get(number="PKS/7").mode == "SELF"
    client.force_login(make.treasurer())
    assert client.get(url).status_code == 403


def test_a_pool_and_a_bank_have_their_statement_and_only_banks_of_the_office_are_offered() -> None:
    pool = make.pool(50_000_000, year=2026)
    make.pool(1_000_000, code="32.04", at="bjb")
    client = Client()
    client.force_login(make.treasurer())
    span = {"start": "2026-01-01", "end": "2026-12-31"}
    paper = client.post(reverse("admin:revolving_funds_pool_deed", args=[pool.uid, "rekening"]), span)
    assert paper.content.startswith(b"%PDF")
    url = reverse("admin:ledger_period_list_deed", args=["bank"])
    page = client.get(url).content.decode()
    assert ("Bank Sumsel Babel" in page, "bank bjb" in page) == (True, False)
    assert client.post(url, span | {"bank": make.bank("bsb").pk}).content.startswith(b"%PDF")
    assert "bank bjb" not in client.get(reverse("admin:revolving_funds_loan_changelist")).content.decode()
