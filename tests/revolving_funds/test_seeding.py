"""The made-up years of a demo city: exact in number, whole in the book, the same by the same seed."""

import datetime as dt
from random import Random
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from foundation.accounts.roles import Role
from foundation.ledger import queries as ledger
from foundation.ledger.models import Account, Leg, Transaction
from foundation.regions.models import Office
from members.models import Business, Person
from revolving_funds import checklist, queries
from revolving_funds.actions import claims, closing, seeding, seeding_capital, seeding_dealings
from revolving_funds.actions.seeding import BankShare
from revolving_funds.enums import NEEDED_DOCUMENTS, BankKind, SourceKind
from revolving_funds.models import (
    Appeal,
    Application,
    CapitalSource,
    Difference,
    Loan,
    LoanCase,
    Pool,
    Promise,
    StatementLine,
    SubsidyClaim,
)
from tests.factories import revolving_funds as make
from tests.factories.foundation import user_with_role

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 11, 21)
NOW = dt.datetime(2026, 11, 21, 2, tzinfo=dt.UTC)
BANKS = [BankShare("bsb", "Bank Sumsel Babel", BankKind.COMMERCIAL, 30), BankShare("bpr", "BPR", BankKind.RURAL, 12)]


def town() -> list[str]:
    """Sixty owners, the people of the office, and their loans."""
    office = make.make_office()
    for role, code in [
        (Role.VERIFIER, "16.71"),
        (Role.VERIFIER, "16.71"),
        (Role.APPROVER, "16.71"),
        (Role.APPROVER, "16.71"),
        (Role.TREASURER, "16.71"),
        (Role.FACILITATOR, "16.71.04"),
    ]:
        user_with_role(role, code)
    for _n in range(60):
        make.owner()
    Business.objects.update(registered_at=dt.datetime(2023, 1, 5, tzinfo=dt.UTC))
    return seeding.seed_loans(office=office, banks=BANKS, rng=Random("town"), as_of=AS_OF, now=NOW)


def test_a_made_up_town_has_its_loans_and_a_whole_book() -> None:
    lines = town()
    assert lines[0] == "42 loans"
    assert Loan.objects.filter(pool__agreement__bank__code="bsb").count() == 30
    assert not [finding for finding in ledger.proof("16.71") if finding.fault_count]
    assert set(Application.objects.values_list("status", flat=True)) == {
        "DISBURSED",
        "SUBMITTED",
        "SURVEYED",
        "APPROVED",
        "REJECTED",
        "WITHDRAWN",
    }
    assert set(Loan.objects.values_list("status", flat=True)) == {"OPEN", "CLOSED"}


def test_running_loans_stand_in_the_budget_with_the_interest_that_their_bank_was_promised() -> None:
    town()
    promised = {
        pool.year: Account.objects.get(pk=pool.subsidy_committed_id).balance
        for pool in Pool.objects.filter(agreement__bank__code="bsb")
    }
    assert promised.pop(2026) > 0  # with what was carried over from the years before
    assert set(promised.values()) == {0}
    loan = Loan.objects.open().filter(disbursed_on__year=2026).order_by("pk").first()
    assert loan is not None
    held = Transaction.objects.get(idem_scope="loan.reserve", idem_key__startswith=f"{loan.application.uid}/")
    cost = queries.expected_subsidy(loan.pool, loan.amount, loan.tenor_months, on=loan.disbursed_on)
    assert Leg.objects.get(transaction=held, account=loan.pool.subsidy_committed_id).amount == cost


def test_every_made_up_application_has_its_papers_and_they_say_that_they_are_made_up() -> None:
    town()
    for application in Application.objects.prefetch_related("documents__file"):
        papers = {row.kind: row.file for row in application.documents.all()}
        assert set(papers) == set(NEEDED_DOCUMENTS)
        assert all("contoh" in file.name for file in papers.values())
        assert all(fact.there for fact in checklist.facts(application).values())
    with default_storage.open(papers["KTP"].path) as opened:
        assert Image.open(opened).size == (640, 400)


def test_nobody_in_it_has_two_running_loans_or_one_before_she_registered() -> None:
    town()
    running = Loan.objects.open().values_list("person", flat=True)
    assert len(set(running)) == len(running)
    assert Person.objects.count() == 60
    assert not Loan.objects.filter(disbursed_on__lt=dt.date(2023, 1, 5)).exists()


def test_made_up_loans_live_on_through_the_ordinary_actions() -> None:
    town()
    loan = Loan.objects.open().order_by("pk").first()
    assert loan is not None
    left = Account.objects.get(pk=loan.account_id).balance
    make.repay(loan, left, AS_OF)
    loan.refresh_from_db()
    assert (loan.status, loan.closed_on) == ("CLOSED", AS_OF)
    assert not [finding for finding in ledger.proof("16.71") if finding.fault_count]


def test_an_office_without_its_people_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody as"):
        seeding.seed_loans(office=make.make_office(), banks=BANKS, rng=Random("x"), as_of=AS_OF, now=NOW)


def test_a_made_up_office_has_a_source_of_capital_of_each_kind() -> None:
    where = make.office()
    assert seeding_capital.seed_sources(office=where, now=make.NOW) == len(SourceKind)
    assert seeding_capital.seed_sources(office=where, now=make.NOW) == 0
    offered = CapitalSource.objects.offered_in(where)
    assert {row.kind for row in offered} == set(SourceKind.values)


def test_a_made_up_office_has_something_on_every_page_of_the_fund() -> None:
    town()
    office = Office.objects.get(region_id="16.71")
    closing.close_day(office=office, on=AS_OF - dt.timedelta(days=1), now=NOW)
    values: dict[str, Any] = {"office": office, "hands": seeding.hands_of(office), "as_of": AS_OF, "now": NOW}
    assert seeding_dealings.seed_dealings(**values)
    claim = SubsidyClaim.objects.get()
    assert 0 < claim.payable <= claim.computed
    budgets = Account.objects.filter(pk__in=Pool.objects.values("subsidy_budget")).order_by("pk")
    before = list(budgets.values_list("balance", flat=True))
    claims.approve(claim=claim, by=make.approver(), now=NOW, on=AS_OF)
    assert list(budgets.values_list("balance", flat=True)) == before  # paid out of what was promised
    assert (StatementLine.objects.waiting().count(), Difference.objects.open().count()) == (3, 1)
    assert StatementLine.objects.waiting().filter(amount__lt=0).count() == 1
    states = list(LoanCase.objects.order_by("pk").values_list("status", flat=True))
    assert (Promise.objects.exists(), states) == (True, ["PROPOSED", "APPROVED"])
    assert list(Appeal.objects.order_by("pk").values_list("status", flat=True)) == ["WAITING", "GRANTED"]
    assert not [finding for finding in ledger.proof("16.71") if finding.fault_count]
    assert seeding_dealings.seed_dealings(**values) == []
