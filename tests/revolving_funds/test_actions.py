"""The way of one loan, from wish to the last rupiah, and every wrong turn of it."""

import datetime as dt
import re
import uuid
from itertools import combinations

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from foundation.audit.models import Event
from foundation.ledger import queries as ledger
from foundation.ledger.actions import journal
from foundation.ledger.entries import credit, debit
from foundation.ledger.errors import KeyReused, NotEnough
from foundation.ledger.models import Account, Transaction
from foundation.notifications.models import Message
from members.enums import LicenceStatus
from members.models import Licence
from revolving_funds import eligibility, queries
from revolving_funds.actions import applications, batches, checks, hands, loans, repayments
from revolving_funds.enums import CheckLine
from revolving_funds.models import Application, Loan, PapersCheck, Policy, Repayment, Tier
from revolving_funds.models.applications import HANDS
from revolving_funds.signals import loan_closed, loan_disbursed
from tests.factories import revolving_funds as make
from tests.factories import statements as files
from tests.factories.revolving_funds import NOW, TODAY

pytestmark = pytest.mark.django_db
D = dt.date


def money(pool: make.Pool) -> tuple[int, int]:
    """(available, reserved) as the ledger says."""
    found = dict(Account.objects.filter(pk__in=[pool.available_id, pool.reserved_id]).values_list("pk", "balance"))
    return found[pool.available_id], found[pool.reserved_id]


def left(loan: Loan) -> int:
    return Account.objects.get(pk=loan.account_id).balance


def whole() -> bool:
    return not any(finding.fault_count for finding in ledger.proof())


def test_a_loan_goes_its_way_and_the_next_step_opens() -> None:
    pool = make.pool(10_000_000)
    person = make.owner()
    loan = make.loan(person)
    assert money(pool) == (8_000_000, 0)
    assert [row.amount for row in loan.instalments.order_by("number")] == [200_000] * 10
    loan = make.repay_on_time(loan)
    assert (loan.status, loan.closed_on, money(pool)) == ("CLOSED", D(2026, 11, 16), (10_000_000, 0))
    answer = eligibility.of(person, on=D(2026, 12, 1))
    assert answer.may_apply
    assert answer.standing.step(2).state == "open"
    assert make.draft(person, on=D(2026, 12, 1)).level == 2
    assert whole()


def test_every_step_leaves_an_event_and_a_message() -> None:
    make.pool()
    loan = make.repay_on_time(make.loan())
    assert set(Event.objects.values_list("verb", flat=True)) >= {
        "application.started",
        "application.filled",
        "application.submitted",
        "application.surveyed",
        "application.approved",
        "loan.disbursed",
        "loan.repaid",
        "loan.closed",
    }
    told = Message.objects.filter(channel="WHATSAPP", recipient_key=f"person:{loan.person_id}")
    assert sorted(set(told.values_list("kind", flat=True))) == [
        "fund_application_approved",
        "fund_application_sent",
        "fund_instalment_received",
        "fund_loan_closed",
        "fund_loan_disbursed",
    ]
    assert not [body for body in told.values_list("body", flat=True) if "000" in body]


def test_a_late_loan_keeps_the_next_step_shut_and_says_why() -> None:
    make.pool()
    person = make.owner()
    loan = make.loan(person)
    for row in loan.instalments.order_by("number"):
        make.repay(loan, row.amount, row.due_on + dt.timedelta(days=30 if row.number == 3 else 0))
    answer = eligibility.of(person, on=D(2027, 1, 4))
    assert answer.standing.unlocked == 1
    with translation.override("en"):
        answer = eligibility.of(person, on=D(2027, 1, 4))
        assert answer.standing.step(2).reasons == (
            "Instalment 3 was due on 15 April 2026 and was paid 30 days late; at most 7 are allowed.",
        )


def test_without_a_nib_nobody_applies_and_the_sentence_says_what_to_do() -> None:
    make.pool()
    person = make.owner()
    Licence.objects.update(status=LicenceStatus.WANTED)
    answer = eligibility.of(person, on=TODAY)
    assert [condition.key for condition in answer.missing] == ["nib"]
    assert answer.missing[0].url
    with pytest.raises(applications.NotEligible, match="NIB") as refusal:
        make.draft(person)
    assert refusal.value.next_url


def test_who_has_a_running_loan_does_not_apply() -> None:
    make.pool()
    person = make.owner()
    make.loan(person)
    with pytest.raises(applications.NotEligible):
        make.draft(person)


def test_two_taps_make_one_draft() -> None:
    make.office()
    person = make.owner()
    assert make.draft(person) == make.draft(person)


def test_more_than_the_step_allows_is_refused() -> None:
    make.office()
    application = make.draft()
    with pytest.raises(applications.AmountTooHigh, match=r"2\.000\.000"):
        applications.fill(application=application, by=application.person.user, now=NOW, amount=2_500_000)


def test_an_application_without_amount_or_purpose_is_not_sent() -> None:
    make.office()
    application = make.draft()
    user = application.person.user
    with pytest.raises(applications.AmountMissing):
        applications.submit(application=application, by=user, now=NOW, on=TODAY)
    applications.fill(application=application, by=user, now=NOW, amount=2_000_000)
    with pytest.raises(applications.PurposeMissing):
        applications.submit(application=application, by=user, now=NOW, on=TODAY)


def test_nobody_does_two_steps_of_one_loan() -> None:
    make.pool()
    one, two = make.verifier(), make.approver()
    application = make.surveyed(by=one)
    for deed in (
        lambda: applications.approve(application=application, by=one, now=NOW, on=TODAY),
        lambda: applications.reject(application=application, by=one, now=NOW, reason="x"),
        lambda: applications.approve(application=application, by=application.person.user, now=NOW, on=TODAY),
    ):
        with pytest.raises(hands.SamePersonTwice):
            deed()
    applications.approve(application=application, by=two, now=NOW, on=TODAY)
    for hand in (one, two, application.person.user):
        with pytest.raises(hands.SamePersonTwice):
            loans.disburse(application=application, by=hand, now=NOW, on=TODAY)


PAIRS = [pair for pair in combinations(HANDS, 2) if pair != ("borrower", "applied_by")]


@pytest.mark.parametrize(("hand", "other"), PAIRS)
def test_the_database_itself_keeps_the_hands_apart(hand: str, other: str) -> None:
    """Every two of the eight, but for the owner who applies for herself."""
    hand, other = (other, hand) if other == "decided_by" else (hand, other)  # who decided is not changed at all
    make.pool()
    loan = make.loan()
    rows = Application.objects.filter(pk=loan.application_id)
    # A checker without a look of her own, so that the row alone must say it.
    rows.update(handed_by=make.treasurer(), handed_at=NOW, checked_by=make.verifier())
    rows.update(status="REJECTED", decision_reason="x", answered_by=make.treasurer(), answered_at=NOW)
    keeper = getattr(rows.get(), hand)
    pair = {hand, other} | ({"borrower", "applied_by"} if hand in {"borrower", "applied_by"} else set())
    with pytest.raises(IntegrityError, match="_not_") as refused, transaction.atomic():
        rows.update(**{other: keeper})
    named = re.findall(r"application_(\w+)_not_(\w+)", str(refused.value))
    assert set(named[0]) <= pair


def test_a_look_at_papers_that_went_back_counts_as_a_step() -> None:
    """Ana found a line missing; after the owner's mending Budi finds all. Ana makes no visit, and decides nothing."""
    make.pool()
    application, ana, budi = make.submitted(), make.approver(), make.verifier()
    checks.check(application=application, missing=[CheckLine.NIB], by=ana, now=NOW)
    applications.submit(application=application, by=application.person.user, now=NOW, on=TODAY)
    make.checked(application, by=budi)
    assert not hands.may(application, ana, step="surveyed_by")
    assert hands.may(application, ana, step="checked_by")
    with pytest.raises(hands.SamePersonTwice, match="berkas"):
        applications.survey(application=application, by=ana, now=NOW, on=TODAY, **make.SEEN)
    rows = Application.objects.filter(pk=application.pk)
    for hand, at in (("surveyed_by", "surveyed_at"), ("decided_by", "decided_at"), ("handed_by", "handed_at")):
        with pytest.raises(IntegrityError, match="two steps"), transaction.atomic():
            rows.update(**{hand: ana, at: NOW})
    verifier = make.verifier()
    applications.survey(application=application, by=verifier, now=NOW, on=TODAY, **make.SEEN)
    with pytest.raises(IntegrityError, match="two steps"), transaction.atomic():
        PapersCheck.objects.create(application=application, checked_at=NOW, checked_by=verifier, missing=["NIB"])


def test_a_loan_of_the_rule_before_stays_workable_and_nobody_else_gets_that_freedom() -> None:
    """The migration marks them; here as it does, with the trigger away."""
    make.pool()
    application = make.surveyed()
    rows = Application.objects.filter(pk=application.pk)
    with pytest.raises(IntegrityError, match="two steps"), transaction.atomic():
        rows.update(hands_of_before=True)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE revolving_funds_application DISABLE TRIGGER application_hands_apart")
        rows.update(hands_of_before=True, checked_by=application.surveyed_by)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE revolving_funds_application ENABLE TRIGGER application_hands_apart")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    applications.approve(application=application, by=make.approver(), now=NOW, on=TODAY)
    assert loans.disburse(application=application, by=make.treasurer(), now=NOW, on=TODAY).number


def test_who_hands_a_loan_to_the_bank_does_not_write_down_its_answer() -> None:
    make.pool()
    application, one, other = make.approved(), make.treasurer(), make.treasurer()
    batch = files.batch(by=one, on=TODAY)
    application.refresh_from_db()
    assert (batch.row_count, application.handed_by, application.handed_at) == (1, one, NOW)
    answer = {"application": application, "disbursed_on": TODAY, "reason": "x", "now": NOW, "on": TODAY}
    for paid in (True, False):
        with pytest.raises(hands.SamePersonTwice, match="menyerahkan pinjaman ini ke bank"):
            batches.answer(paid=paid, by=one, **answer)
    _application, loan = batches.answer(paid=True, by=other, **answer)
    assert loan is not None


def test_a_batch_leaves_out_what_its_maker_worked_on() -> None:
    make.pool()
    both = make.treasurer()
    mine, other = make.surveyed(by=both), make.approved()
    applications.approve(application=mine, by=make.approver(), now=NOW, on=TODAY)
    assert [row.application for row in files.batch(by=both, on=TODAY).rows.all()] == [other]
    with pytest.raises(hands.SamePersonTwice):
        files.batch(by=both, on=TODAY)
    assert files.batch(by=make.treasurer(), on=TODAY).row_count == 1


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"surveyed_at": None}, "application_surveyed_at"),
        ({"decided_at": None, "decided_by": None}, "A decision that no longer holds is kept"),
        ({"status": "DISBURSED"}, "application_disbursed_at_before_status"),
        ({"status": "REJECTED"}, "A refusal of the bank names who wrote it down"),
        ({"approved_amount": None}, "application_approval_has_money"),
        ({"amount": None}, "application_sent_is_complete"),
        ({"amount": 0}, "application_amounts_positive"),
        ({"status": "WISHED"}, "application_status_known"),
        ({"purpose": "YACHT"}, "application_purpose_known"),
    ],
)
def test_an_application_is_never_half_done(changes: dict, constraint: str) -> None:
    make.pool()
    application = make.approved()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(**changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "REJECTED", "decision_reason": "x"}, "application_decided_at_before_status"),
        ({"status": "REJECTED", "decided_at": NOW, "decided_by_id": 1}, "application_refusal_has_reason"),
        ({"answered_by_id": 1}, "application_answered_at_pair"),
        ({"answered_at": NOW, "answered_by_id": 1}, "application_answer_is_a_refusal"),
    ],
)
def test_a_step_is_never_without_the_one_before(changes: dict, constraint: str) -> None:
    make.pool()
    application = make.surveyed()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(**changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "CLOSED"}, "loan_closed_pair"),
        ({"status": "GONE"}, "loan_(status_known|closed_pair)"),
        ({"amount": 0}, "loan_amount_positive"),
        ({"maturity_on": D(2020, 1, 1)}, "loan_dates_in_order"),
    ],
)
def test_a_loan_is_never_in_two_states(changes: dict, constraint: str) -> None:
    make.pool()
    loan = make.loan()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Loan.objects.filter(pk=loan.pk).update(**changes)


def test_a_person_has_one_running_loan() -> None:
    make.pool()
    one, two = make.loan(), make.loan()
    with pytest.raises(IntegrityError, match="loan_one_open"), transaction.atomic():
        Loan.objects.filter(pk=two.pk).update(person=one.person_id)


def test_an_empty_pool_approves_nothing() -> None:
    pool = make.pool(1_999_999)
    with pytest.raises(applications.PoolEmpty):
        applications.approve(application=make.surveyed(), by=make.approver(), now=NOW, on=TODAY)
    assert money(pool) == (1_999_999, 0)


def test_an_approval_reserves_and_a_withdrawal_gives_back() -> None:
    pool = make.pool(10_000_000)
    application = make.approved()
    assert money(pool) == (8_000_000, 2_000_000)
    applications.withdraw(application=application, by=application.person.user, now=NOW, on=TODAY)
    assert money(pool) == (10_000_000, 0)


def test_the_treasurer_may_take_another_pool() -> None:
    first, second = make.pool(10_000_000), make.pool(5_000_000, at="bjb")
    application = make.approved()
    loan = loans.disburse(application=application, by=make.treasurer(), now=NOW, on=TODAY, pool=second)
    assert (money(first), money(second), loan.pool) == ((10_000_000, 0), (3_000_000, 0), second)


def test_a_rejection_says_why() -> None:
    make.pool()
    application = make.surveyed(is_recommended=False)
    with pytest.raises(applications.ReasonMissing):
        applications.reject(application=application, by=make.approver(), now=NOW, reason=" ")
    done = applications.reject(application=application, by=make.approver(), now=NOW, reason="Usaha belum berjalan")
    assert (done.status, done.decision_reason) == ("REJECTED", "Usaha belum berjalan")
    with pytest.raises(applications.WrongStep):
        applications.approve(application=application, by=make.approver(), now=NOW, on=TODAY)


def test_a_second_disbursement_finds_it_done() -> None:
    make.pool()
    loan = make.loan()
    with pytest.raises(applications.WrongStep):
        loans.disburse(application=loan.application, by=make.treasurer(), now=NOW, on=TODAY)
    assert Transaction.objects.filter(kind="DISBURSED").count() == 1


def test_the_same_request_is_one_repayment() -> None:
    make.pool()
    loan, key = make.loan(), uuid.uuid4()
    first = make.repay(loan, 200_000, D(2026, 2, 16), request_uid=key)
    assert make.repay(loan, 200_000, D(2026, 2, 16), request_uid=key) == first
    with pytest.raises(KeyReused):
        make.repay(loan, 200_001, D(2026, 2, 16), request_uid=key)
    assert (Repayment.objects.count(), left(loan)) == (1, 1_800_000)


def test_the_last_repayment_may_be_repeated_after_it_closed_the_loan() -> None:
    make.pool()
    loan, key = make.loan(), uuid.uuid4()
    first = make.repay(loan, 2_000_000, D(2026, 2, 16), request_uid=key)
    assert make.repay(loan, 2_000_000, D(2026, 2, 16), request_uid=key) == first


def test_too_much_is_refused_or_kept_for_her() -> None:
    pool = make.pool(10_000_000)
    loan = make.loan()
    make.repay(loan, 1_800_000, D(2026, 2, 16))
    with pytest.raises(repayments.MoreThanOwed, match=r"200\.000"):
        make.repay(loan, 250_000, D(2026, 3, 16))
    kept = make.repay(loan, 250_000, D(2026, 3, 16), keep_excess=True)
    assert (kept.principal, kept.excess, left(loan)) == (200_000, 50_000, 0)
    assert Account.objects.get(code=f"excess/{loan.person.uid}").balance == 50_000
    assert (money(pool), whole()) == ((10_050_000, 0), True)


def test_one_rupiah_more_than_the_loan_is_its_own_account() -> None:
    make.pool()
    loan = make.loan()
    with pytest.raises(NotEnough):
        journal.post(
            book="16.71",
            kind="NAIVE",
            business_date=D(2026, 2, 16),
            scope="naive",
            key="1",
            by=None,
            now=NOW,
            legs=[debit(loan.pool.available_id, 2_000_001), credit(loan.account_id, 2_000_001)],
        )
    kept = make.repay(loan, 2_000_001, D(2026, 2, 16), keep_excess=True)
    assert (kept.principal, kept.excess, left(loan), whole()) == (2_000_000, 1, 0, True)


def test_instalments_are_rounded_as_the_rule_of_the_day_says() -> None:
    """Down, by whole rupiah: the schedule, and the interest that is set aside for it."""
    make.pool()
    Policy.objects.update(rounding=1, round_down=True)
    Tier.objects.filter(level=1).update(tenor_months=12)
    loan = make.loan()
    assert [row.amount for row in loan.instalments.order_by("number")] == [166_666] * 11 + [166_674]


@pytest.mark.parametrize(
    ("amount", "day", "refusal"),
    [
        (0, D(2026, 2, 16), repayments.NotAnAmount),
        (-5, D(2026, 2, 16), repayments.NotAnAmount),
        (5, D(2026, 1, 14), repayments.PaidOnOutOfRange),
    ],
)
def test_a_repayment_that_cannot_be_is_refused(amount: int, day: dt.date, refusal: type[Exception]) -> None:
    make.pool()
    with pytest.raises(refusal):
        make.repay(make.loan(), amount, day)


def test_a_paid_off_loan_takes_nothing() -> None:
    make.pool()
    loan = make.loan()
    make.repay(loan, 2_000_000, D(2026, 2, 16))
    with pytest.raises(repayments.LoanPaidOff):
        make.repay(loan, 1, D(2026, 2, 17))


def test_the_value_date_closes_the_loan_not_the_booking() -> None:
    make.pool()
    loan = make.loan()
    make.repay(loan, 2_000_000, D(2026, 11, 17), paid_on=D(2026, 11, 15))
    assert Loan.objects.get(pk=loan.pk).closed_on == D(2026, 11, 15)


def test_news_is_sent_when_it_is_committed(django_capture_on_commit_callbacks: object) -> None:
    make.pool()
    heard: list[tuple[str, Loan]] = []
    listeners = [(loan_disbursed, "out"), (loan_closed, "back")]
    hears = {word: (lambda loan, word=word, **_more: heard.append((word, loan))) for _signal, word in listeners}
    for signal, word in listeners:
        signal.connect(hears[word])
    try:
        with django_capture_on_commit_callbacks(execute=True):
            loan = make.repay_on_time(make.loan())
    finally:
        for signal, word in listeners:
            signal.disconnect(hears[word])
    assert heard == [("out", loan), ("back", loan)]


@pytest.mark.parametrize(
    ("paid", "on", "arrears", "oldest"),
    [
        (0, D(2026, 2, 18), 0, D(2026, 2, 18)),
        (0, D(2026, 2, 19), 200_000, D(2026, 2, 18)),
        (350_000, D(2026, 3, 17), 50_000, D(2026, 3, 16)),
        (400_000, D(2026, 3, 17), 0, D(2026, 4, 15)),
        (400_000, D(2026, 6, 30), 600_000, D(2026, 4, 15)),
        (650_000, D(2026, 6, 30), 350_000, D(2026, 5, 18)),
    ],
)
def test_arrears_are_what_was_due_before_the_day(paid: int, on: dt.date, arrears: int, oldest: dt.date) -> None:
    make.pool()
    loan = make.loan()
    if paid:
        make.repay(loan, paid, TODAY)
    row = Loan.objects.with_standing(on).get()
    assert (row.outstanding, row.arrears, row.oldest_due) == (2_000_000 - paid, arrears, oldest)
    assert Loan.objects.overdue(on).exists() == bool(arrears)
    for today in (on, D(2030, 1, 1)):  # from the balances, and from the repayments by value date
        figure = queries.portfolio("16.71", on=on, today=today)[0]
        assert (figure.outstanding, figure.overdue_amount) == (2_000_000 - paid, arrears)


def test_the_portfolio_has_its_parts_and_nothing_is_no_data() -> None:
    make.pool(10_000_000)
    make.pool(1_000_000, at="bjb")
    make.loan()
    day = D(2026, 2, 19)
    assert [
        (row.group, row.loans, row.outstanding, row.overdue_loans, row.overdue_amount)
        for row in queries.portfolio("16.71", on=day, today=day, by="bank")
    ] == [
        ("Bank Sumsel Babel", 1, 2_000_000, 1, 200_000),
    ]
    assert queries.portfolio("16.71", on=day, today=day, by="district")[0].group == "16.71.04"
    nothing = queries.portfolio("32.04", on=day, today=day)[0]
    assert (nothing.loans, nothing.par) == (0, None)
    states = queries.pools(make.office())
    assert [(state.available, state.reserved, state.outstanding) for state in states] == [
        (8_000_000, 0, 2_000_000),
        (1_000_000, 0, 0),
    ]


def test_a_treasurer_who_borrowed_does_not_book_her_own_payments() -> None:
    make.pool()
    loan = make.loan()
    with pytest.raises(repayments.OwnLoan):
        make.repay(loan, 200_000, TODAY, by=loan.person.user)
    assert not loan.repayments.exists()
