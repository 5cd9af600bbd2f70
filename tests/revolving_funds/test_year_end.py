"""What was held or promised in a year that has been carried over; figures of eased loans."""

import datetime as dt
import uuid

import pytest
from django.test import Client

from foundation.common import clock
from foundation.common.dates import add_months
from foundation.common.money import rupiah
from foundation.ledger import queries as ledger
from foundation.ledger.models import Account
from msme_platform.office.figures import fund
from revolving_funds import bank_files, kept, papers, queries
from revolving_funds.actions import (
    balances,
    batches,
    cases,
    claims,
    closing,
    corrections,
    pools,
    recoveries,
    statements,
)
from revolving_funds.admin.late import PromiseAdmin
from revolving_funds.enums import CaseKind, Dimension
from revolving_funds.models import Application, Difference, Loan, Pool, Promise
from tests.factories import revolving_funds as make
from tests.factories import statements as bank
from tests.factories.revolving_funds import NOW, TODAY

pytestmark = pytest.mark.django_db
D = dt.date
NEXT = D(2027, 1, 4)
LATER = dt.datetime(2027, 1, 4, 3, tzinfo=dt.UTC)


def money(pool: Pool) -> tuple[int, int, int, int]:
    ids = (pool.available_id, pool.reserved_id, pool.subsidy_budget_id, pool.subsidy_committed_id)
    found = dict(Account.objects.filter(pk__in=ids).values_list("pk", "balance"))
    return tuple(found[pk] for pk in ids)  # type: ignore[return-value]


def faults() -> list[object]:
    return [finding for finding in ledger.proof() if finding.fault_count]


def carried() -> tuple[Pool, Pool, Application]:
    """An approved loan whose promise of interest went on to the next year's pool."""
    pool = make.pool(10_000_000, subsidy=100_000)
    application = make.approved()
    into = make.pool(0, year=2027)
    pools.carry_over(pool=pool, into=into, on=NEXT, by=None, now=LATER)
    return pool, into, application


def test_a_hold_of_last_year_runs_out_after_the_year_was_carried_over() -> None:
    pool, into, application = carried()
    promised = money(into)[3]
    assert promised > 0
    assert pools.expire(on=D(2027, 2, 20), now=LATER) == 1
    application.refresh_from_db()
    assert (application.status, faults()) == ("SURVEYED", [])
    assert money(pool) == (2_000_000, 0, 0, 0)
    assert money(into) == (8_000_000, 0, promised, 0)


def test_the_bank_may_refuse_a_loan_of_last_year_after_the_year_was_carried_over() -> None:
    pool, _into, application = carried()
    batches.answer(
        application=application, paid=False, disbursed_on=None, reason="x", by=make.treasurer(), now=LATER, on=NEXT
    )
    assert (money(pool), faults()) == ((2_000_000, 0, 0, 0), [])


def test_a_bill_for_december_is_paid_out_of_what_was_carried_over() -> None:
    pool = make.pool(10_000_000, subsidy=100_000)
    loan = make.loan(on=D(2026, 10, 15))
    claim = bank.billed(pool, D(2026, 12, 1), {loan.number: 50_000})
    into = make.pool(0, year=2027)
    pools.carry_over(pool=pool, into=into, on=NEXT, by=None, now=LATER)
    before = money(into)[3]
    claims.approve(claim=claim, by=make.approver(), now=LATER, on=NEXT)
    assert claim.payable > 0
    assert (money(into)[3], faults()) == (before - claim.payable, [])


def eased() -> Loan:
    """Two millions, three instalments met, the rest over 12 months from June."""
    make.pool(50_000_000)
    loan = make.loan()
    for row in loan.instalments.order_by("number")[:3]:
        make.repay(loan, row.amount, row.due_on)
    on, now = D(2026, 6, 1), dt.datetime(2026, 6, 1, 3, tzinfo=dt.UTC)
    case = cases.propose(
        loan=loan, kind=CaseKind.RESTRUCTURE, reason="Sakit", by=make.verifier(), now=now, on=on, tenor_months=14
    )
    cases.approve(case=case, by=make.approver(), now=now, on=on)
    return loan


def test_the_three_way_check_holds_an_eased_loan_against_the_schedule_in_force() -> None:
    loan = eased()
    office, at = loan.pool.agreement.office, loan.pool.agreement.bank
    balances.report(
        office=office,
        bank=at,
        as_of=D(2026, 12, 31),
        rows=[(loan.number, 1)],
        name="x",
        digest="d" * 64,
        by=None,
        now=LATER,
        on=NEXT,
    )
    assert (Difference.objects.get().mirror, Difference.objects.get().scheduled) == (1_400_000, 800_000)


def test_the_cap_of_the_subsidy_counts_the_schedule_of_an_eased_loan_once() -> None:
    loan = eased()
    pool = Pool.objects.get(year=2026)
    lines = [bank.billed(pool, add_months(D(2026, 1, 1), n), {loan.number: 90_000}).lines.get() for n in range(12)]
    assert sum(line.scheduled for line in lines) == queries.expected_subsidy(pool, 2_000_000, 10, on=TODAY)


def test_what_was_placed_stays_what_it_was_when_an_excess_is_paid_back() -> None:
    pool = make.pool(10_000_000)
    loan = make.loan()
    make.repay(loan, 2_050_000, D(2026, 2, 1), keep_excess=True)
    assert queries.pool_flows(Pool.objects.get(pk=pool.pk)).placed == 10_000_000
    corrections.refund(
        loan=loan,
        amount=50_000,
        paid_on=D(2026, 2, 2),
        reference="TRF",
        request_uid=uuid.uuid4(),
        by=make.treasurer(),
        now=NOW,
        on=D(2026, 2, 2),
    )
    assert queries.pool_flows(Pool.objects.get(pk=pool.pk)).placed == 10_000_000


def test_a_line_of_one_bank_is_not_booked_on_a_loan_of_another() -> None:
    """The money would stand in the wrong bank's pool."""
    make.pool(10_000_000, at="bjb")
    loan = make.loan()
    line = bank.received([bank.row("A1", 200_000, TODAY, payer="SIAPA")], on=TODAY).lines.get()
    with pytest.raises(corrections.OtherBank):
        statements.settle(line=line, loan=loan, by=make.treasurer(), now=NOW, on=TODAY)
    line.refresh_from_db()
    assert (line.state, loan.repayments.count()) == ("WAITING", 0)


def test_figures_by_quarter_and_by_officer_open_their_loans() -> None:
    make.pool(50_000_000)
    first, second = make.loan(), make.loan(on=D(2026, 5, 4))
    client = Client()
    client.force_login(make.treasurer())
    for name, loan in (("cohort", first), ("officer", first), ("cohort", second), ("officer", second)):
        rows, _whole = fund.risk(Dimension[name.upper()])(loan.pool.agreement.office, D(2026, 6, 30))
        found = {row.links["loans"] for row in rows}
        shown = [client.get(link) for link in sorted(found)]
        assert [page.status_code for page in shown] == [200] * len(found)
        assert [loan.number.encode() in page.content.replace("\u2011".encode(), b"-") for page in shown].count(
            True
        ) == 1


@pytest.mark.parametrize("name", ["BANK", "TIER", "ALL"])
def test_a_figure_of_a_past_day_opens_the_loans_of_that_day(name: str) -> None:
    """One loan was late then and is paid off since, the other was paid out later."""
    make.pool(50_000_000)
    then = make.loan()
    later = make.loan(on=D(2026, 5, 4))
    make.repay(then, 2_000_000, D(2026, 5, 5))
    client, office, day = Client(), then.pool.agreement.office, D(2026, 4, 30)
    client.force_login(make.treasurer())
    rows, whole = fund.loans(office, day) if name == "BANK" else fund.risk(Dimension[name])(office, day)
    links = (whole if name == "ALL" or not rows else rows[0]).links  # type: ignore[union-attr]
    for link in (links["loans"], links.get("par30") or links["overdue_loans"]):
        text = client.get(link).content.decode().replace("\u2011", "-")
        assert (then.number in text, later.number in text) == (True, False)
        assert "30 April 2026" in text


def test_an_office_that_keeps_only_sums_of_past_days_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    make.pool(50_000_000)
    office = make.loan().pool.agreement.office
    closing.close_day(office=office, on=D(2026, 4, 30), now=LATER)
    monkeypatch.setattr(kept, "LARGE", 1)
    _rows, whole = fund.risk(Dimension.TIER)(office, D(2026, 4, 30))
    assert whole is not None
    assert "hanya jumlah" in str(whole.cells["part"])
    assert whole.links == {}


def test_a_statement_runs_by_the_days_whenever_they_were_written() -> None:
    """A payment of February that is keyed in after one of March stands before it, and the balance follows."""
    make.pool(10_000_000)
    loan = make.loan()
    make.repay(loan, 300_000, D(2026, 3, 16))
    make.repay(loan, 200_000, D(2026, 3, 20), paid_on=D(2026, 2, 16))
    part = papers._part(loan.account, D(2026, 2, 1), D(2026, 3, 31))
    assert [row[-1] for row in part["rows"]] == [rupiah(1_800_000), rupiah(1_500_000)]
    assert part["before"] == rupiah(2_000_000)


def test_a_fixed_layout_puts_each_value_at_its_place() -> None:
    layout = bank.layout("FIXED")
    layout.columns = [["amount", [12, 8]], ["reference", [3, 6]], ["paid_on", [22, 8]]]
    row = bank.row("A1", 200_000, TODAY)
    text = bank_files.write([row], layout)
    assert text == b"  A1       200000    20260115\r\n"
    assert bank_files.read(text, layout)[0].values == row


def test_the_paper_of_an_eased_loan_lists_only_what_is_still_to_be_paid() -> None:
    case = eased().cases.get()
    plan = papers._case_words(case, papers.case_facts(case))["plan"]
    assert ([row[0] for row in plan][:2], len(plan)) == (["4", "5"], 14)
    assert plan[0][2] == rupiah(100_000)


def test_a_promise_says_whether_it_was_kept() -> None:
    make.pool(10_000_000)
    loan, today = make.loan(), clock.today()
    kept, broken, runs = (
        recoveries.promise(loan=loan, amount=amount, promised_on=day, by=make.verifier(), now=NOW, on=TODAY)
        for amount, day in ((200_000, D(2026, 2, 20)), (300_000, D(2026, 2, 20)), (9_000_000, today))
    )
    make.repay(loan, 200_000, D(2026, 2, 20))
    client = Client()
    client.force_login(make.verifier())
    text = client.get("/kantor/revolving_funds/promise/").content.decode()
    words = [str(PromiseAdmin.kept(None, row)) for row in Promise.objects.with_paid().order_by("pk")]  # type: ignore[arg-type]
    assert [kept.pk, broken.pk, runs.pk] == sorted((kept.pk, broken.pk, runs.pk))
    assert words == ["Ditepati", "Tidak ditepati", "Masih berjalan"]
    assert all(word in text for word in words)


def test_lines_that_take_money_back_are_told_and_not_booked() -> None:
    make.pool(10_000_000)
    loan = make.loan()
    text = f"REFERENSI,TANGGAL,JUMLAH,NOMOR PINJAMAN\nA1,15/01/2026,200000,{loan.number}\nA2,15/01/2026,-200000,{loan.number}\n"
    file, _new = statements.receive(
        office=make.office(), layout=bank.layout(), name="m.csv", content=text.encode(), by=None, now=NOW
    )
    file = statements.work_off(file=file, by=None, now=NOW, on=TODAY)
    assert statements.outcome(file) == {"booked": 1, "waiting": 0, "known": 0, "changed": 0, "outgoing": 1, "empty": 0}
