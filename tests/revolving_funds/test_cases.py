"""An easier schedule, a write-off, a recovery, a death: the journal, the document, three different people."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from foundation.common import clock
from foundation.ledger import queries as ledger
from foundation.ledger.models import Account
from foundation.notifications.models import Message
from foundation.regions.models import Office
from msme_platform.office import queues
from revolving_funds import close, eligibility, papers, queries
from revolving_funds.actions import cases, daily, recoveries
from revolving_funds.enums import CaseKind, CaseStatus, VisitOutcome
from revolving_funds.models import AgreementTerms, Instalment, Loan, LoanCase, LoanStanding, Policy, Recovery, Visit
from tests.factories import revolving_funds as make

pytestmark = pytest.mark.django_db
D = dt.date
ON = D(2026, 6, 1)
NOW = dt.datetime(2026, 6, 1, 3, tzinfo=dt.UTC)
RESTRUCTURE = {"kind": CaseKind.RESTRUCTURE, "tenor_months": 12}
DEATH = {"kind": CaseKind.DEATH, "died_on": D(2026, 5, 20), "certificate_number": "AK-1", "heir_name": "Wati"}


def balance(code: str) -> int:
    return Account.objects.get(code=code).balance


def whole() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return [finding for finding in ledger.proof() if finding.fault_count]


def propose(loan: Loan, **details: Any) -> LoanCase:
    fields = {"reason": "Sakit", "by": make.verifier(), "now": NOW, "on": ON} | (details or RESTRUCTURE)
    return cases.propose(loan=loan, **fields)


def write_off(loan: Loan) -> LoanCase:
    case = propose(loan, kind=CaseKind.WRITE_OFF)
    return cases.approve(case=case, by=make.approver(), now=NOW, on=ON, decree_number="SK/1", decree_on=ON)


@pytest.fixture
def loan() -> Loan:
    make.pool()
    made = make.loan()
    for row in made.instalments.order_by("number")[:3]:
        make.repay(made, row.amount, row.due_on)
    make.repay(made, 100_000, D(2026, 5, 20))
    return made


def test_an_easier_schedule_keeps_what_was_paid_and_spreads_the_rest(loan: Loan) -> None:
    case = cases.approve(case=propose(loan), by=make.approver(), now=NOW, on=ON)
    rows = list(loan.instalments.in_force().order_by("number"))
    assert [row.amount for row in rows[:4]] == [200_000, 200_000, 200_000, 100_000]
    assert (sum(row.amount for row in rows), rows[-1].cumulative, len(rows)) == (2_000_000, 2_000_000, 16)
    assert [row.amount for row in rows[4:]] == [109_000] * 11 + [101_000]
    assert (rows[4].contract_due_on, Loan.objects.get().maturity_on) == (D(2026, 7, 1), rows[-1].due_on)
    assert loan.instalments.filter(replaced_on=ON).count() == 10
    assert (balance("memo/eased"), case.amount, whole()) == (1_300_000, 1_300_000, [])
    assert Message.objects.filter(kind="fund_loan_eased").exists()


def test_the_rest_is_spread_as_the_rule_of_the_day_rounds(loan: Loan) -> None:
    Policy.objects.update(rounding=1, round_down=True)
    cases.approve(case=propose(loan), by=make.approver(), now=NOW, on=ON)
    rows = list(loan.instalments.in_force().order_by("number"))
    assert [row.amount for row in rows[4:]] == [108_333] * 11 + [108_337]


def test_arrears_of_a_past_day_are_counted_by_the_schedule_of_then(loan: Loan) -> None:
    office, before = Office.objects.get(), D(2026, 5, 28)
    seen = close.whole(close.parts(office, on=before))
    cases.approve(case=propose(loan), by=make.approver(), now=NOW, on=ON)
    assert close.whole(close.parts(office, on=before)) == seen
    assert seen.overdue_amount == 100_000
    part = close.whole(close.parts(office, on=D(2026, 6, 20)))
    assert (part.overdue_amount, part.eased_loans, part.par_eased[1]) == (0, 1, 1_300_000)


def test_who_kept_the_eased_schedule_repeats_the_step(loan: Loan) -> None:
    cases.approve(case=propose(loan), by=make.approver(), now=NOW, on=ON)
    make.repay(loan, 1_300_000, D(2026, 6, 20))
    standing = queries.standing(loan.person, Office.objects.get(), D(2026, 7, 1))
    assert standing.unlocked == 1
    assert standing.step(1).state == "open"


def test_a_write_off_moves_the_loss_and_a_recovery_brings_it_back(loan: Loan) -> None:
    free = balance(loan.pool.available.code)
    case = write_off(loan)
    found = Loan.objects.get()
    assert (found.status, found.closed_on, balance("fund.loss")) == ("WRITTEN_OFF", ON, 1_300_000)
    assert (balance(f"memo/written-off/{loan.number}"), whole()) == (1_300_000, [])
    treasurer = make.treasurer()
    key = uuid.uuid4()
    paid = {"loan": found, "paid_on": ON, "request_uid": key, "by": treasurer, "now": NOW, "on": ON}
    first = recoveries.record(amount=300_000, **paid)
    assert recoveries.record(amount=300_000, **paid) == first
    assert (balance("fund.loss"), recoveries.still_out(found)) == (1_000_000, 1_000_000)
    assert balance(loan.pool.available.code) == free + 300_000
    with pytest.raises(recoveries.MoreThanWrittenOff):
        recoveries.record(amount=1_000_001, **paid | {"request_uid": uuid.uuid4()})
    with pytest.raises(recoveries.SameHand):
        recoveries.record(amount=1, **paid | {"request_uid": uuid.uuid4(), "by": case.decided_by})
    assert (Recovery.objects.count(), whole()) == (1, [])


def test_after_a_write_off_she_may_not_apply_until_it_came_back_and_time_passed(loan: Loan) -> None:
    write_off(loan)
    person, found = loan.person, Loan.objects.get()
    assert not eligibility.of(person, on=D(2026, 7, 1)).may_apply
    recoveries.record(
        loan=found, amount=1_300_000, paid_on=ON, request_uid=uuid.uuid4(), by=make.treasurer(), now=NOW, on=ON
    )
    assert "1 Juni 2027" in eligibility.of(person, on=D(2026, 7, 1)).missing[0].text
    assert eligibility.of(person, on=D(2027, 6, 1)).standing.blocked == ""


def test_the_agreement_says_who_bears_a_loss(loan: Loan) -> None:
    AgreementTerms.objects.update(loss_bearer="BANK")
    write_off(loan)
    assert (balance("claim/bsb"), Account.objects.filter(code="fund.loss").count(), whole()) == (1_300_000, 0, [])
    recoveries.record(
        loan=Loan.objects.get(),
        amount=1_300_000,
        paid_on=ON,
        request_uid=uuid.uuid4(),
        by=make.treasurer(),
        now=NOW,
        on=ON,
    )
    assert (balance("claim/bsb"), whole()) == (0, [])


def test_a_write_off_needs_its_decree(loan: Loan) -> None:
    case = propose(loan, kind=CaseKind.WRITE_OFF)
    for number, day in (("", ON), ("SK/1", None), ("SK/1", D(2026, 7, 1))):
        with pytest.raises(cases.DecreeMissing):
            cases.approve(case=case, by=make.approver(), now=NOW, on=ON, decree_number=number, decree_on=day)
    assert LoanCase.objects.get().status == CaseStatus.PROPOSED


def test_after_a_death_nobody_is_reminded(loan: Loan) -> None:
    cases.approve(case=propose(loan, **DEATH), by=make.approver(), now=NOW, on=ON)
    done = daily.run(on=D(2026, 6, 15), now=NOW)
    assert (done["instalments_due"], done["instalments_late"]) == (0, 0)
    assert (balance("memo/deceased"), Loan.objects.get().status, whole()) == (1_300_000, "OPEN", [])


def test_three_different_people(loan: Loan) -> None:
    case = propose(loan)
    with pytest.raises(cases.OwnCase):
        cases.approve(case=case, by=case.proposed_by, now=NOW, on=ON)
    with pytest.raises(cases.OwnCase):
        cases.reject(case=case, reason="x", by=loan.person.user, now=NOW)
    with pytest.raises(cases.OwnCase):
        propose(loan, kind=CaseKind.WRITE_OFF, by=loan.person.user)
    for constraint, changes in (
        (
            "case_proposed_by_not_decided_by",
            {"decided_by": case.proposed_by_id, "decided_at": NOW, "status": "REJECTED"},
        ),
        ("case_borrower_not_proposed_by", {"borrower": case.proposed_by_id}),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            LoanCase.objects.update(**changes)


def test_cases_are_whole_by_the_table(loan: Loan) -> None:
    case = cases.approve(case=propose(loan), by=make.approver(), now=NOW, on=ON)
    for constraint, changes in (
        ("case_borrower_not_decided_by", {"borrower": case.decided_by_id}),
        ("case_decision_pair", {"decided_at": None}),
        ("case_approval_stands_in_the_book", {"transaction": None}),
        ("case_says_what_it_needs", {"tenor_months": None}),
        ("case_says_what_it_needs", {"kind": "DEATH"}),
        ("case_says_what_it_needs", {"kind": "WRITE_OFF"}),
        ("case_words_known", {"kind": "GIFT"}),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            LoanCase.objects.update(**changes)
    rows = Instalment.objects.filter(version=2)
    with pytest.raises(IntegrityError, match="instalment_versions_in_order"), transaction.atomic():
        rows.update(made_on=None)


def test_the_same_is_proposed_once_and_decided_once(loan: Loan) -> None:
    case = propose(loan)
    with pytest.raises(cases.AlreadyProposed):
        propose(loan)
    cases.reject(case=case, reason="Masih mampu", by=make.approver(), now=NOW)
    with pytest.raises(cases.AlreadyDecided):
        cases.approve(case=case, by=make.approver(), now=NOW, on=ON)
    assert propose(loan).status == CaseStatus.PROPOSED
    with pytest.raises(cases.TenorMissing):
        propose(loan, kind=CaseKind.RESTRUCTURE, tenor_months=0)
    with pytest.raises(cases.ReasonMissing):
        propose(loan, **RESTRUCTURE | {"reason": " "})
    with pytest.raises(cases.DayAhead):
        propose(loan, **DEATH | {"died_on": D(2026, 7, 1)})


@pytest.mark.parametrize("details", [RESTRUCTURE, DEATH, {"kind": CaseKind.WRITE_OFF}])
def test_each_decision_has_its_document(loan: Loan, details: dict) -> None:
    case = propose(loan, **details)
    case = (
        cases.approve(case=case, by=make.approver(), now=NOW, on=ON, decree_number="SK/1", decree_on=ON)
        if (details["kind"] == CaseKind.WRITE_OFF)
        else cases.approve(case=case, by=make.approver(), now=NOW, on=ON)
    )
    fresh = LoanCase.objects.get()
    assert papers.case_pdf(fresh).startswith(b"%PDF")
    assert cases.fingerprint(fresh) == case.document_hash != ""
    LoanCase.objects.update(reason="Lain")
    assert cases.fingerprint(LoanCase.objects.get()) != case.document_hash


def test_a_visit_is_asked_for_once_when_reminders_did_not_help(loan: Loan) -> None:
    # The instalment of 18 May is half paid: 31 days past due on 18 June.
    assert daily.run(on=D(2026, 6, 18), now=NOW)["visits"] == 0
    assert daily.run(on=D(2026, 6, 19), now=NOW)["visits"] == 1
    assert daily.run(on=D(2026, 6, 19), now=NOW)["visits"] == 0
    visit = Visit.objects.get()
    assert (visit.late_since, visit.due_on) == (D(2026, 5, 18), D(2026, 6, 26))
    by, seen = make.verifier(), D(2026, 6, 20)
    done = {"visit": visit, "outcome": VisitOutcome.PROMISE, "by": by, "now": NOW, "on": seen}
    with pytest.raises(recoveries.PromiseInPast):
        recoveries.finish_visit(**done, amount=100_000, promised_on=D(2026, 6, 1))
    recoveries.finish_visit(**done, amount=100_000, promised_on=D(2026, 6, 30), note="Panen akhir bulan")
    assert loan.promises.get().amount == 100_000
    with pytest.raises(recoveries.VisitDone):
        recoveries.finish_visit(**done)
    assert daily.run(on=D(2026, 6, 21), now=NOW)["visits"] == 0


def test_who_pays_before_the_visit_is_left_alone(loan: Loan) -> None:
    daily.run(on=D(2026, 6, 19), now=NOW)
    make.repay(loan, 400_000, D(2026, 6, 19))
    daily.run(on=D(2026, 6, 20), now=NOW)
    assert (Visit.objects.get().outcome, LoanStanding.objects.count()) == ("LAPSED", 0)


def test_a_hardship_met_at_a_visit_waits_on_the_desk_until_an_easier_schedule_is_proposed(loan: Loan) -> None:
    daily.run(on=D(2026, 6, 19), now=NOW)
    visit, lina, agus = Visit.objects.get(), make.verifier(), make.approver()
    told = {"by": lina, "now": clock.now(), "on": D(2026, 6, 20), "note": "Suami sakit, warung tutup sebulan"}
    recoveries.finish_visit(visit=visit, outcome=VisitOutcome.HARDSHIP, **told)
    assert queues.counts(lina)["hardship"] == 1
    client = Client()
    client.force_login(lina)
    listed = client.get(reverse("admin:revolving_funds_visit_changelist") + "?outcome=to-ease").content.decode()
    deed = reverse("admin:revolving_funds_visit_deed", args=[visit.uid, "ringankan"])
    page = client.get(reverse("admin:revolving_funds_visit_change", args=[visit.uid])).content.decode()
    assert (loan.number in listed.replace("\u2011", "-"), deed in page) == (True, True)
    assert "warung tutup sebulan" in client.get(deed).content.decode()
    assert client.post(deed, {"tenor_months": 12, "reason": "Suami sakit"}).status_code == 302
    case = LoanCase.objects.get()
    assert (case.kind, case.proposed_by, case.status) == ("RESTRUCTURE", lina, "PROPOSED")
    queues.forget(lina)
    assert (queues.counts(lina)["hardship"], queues.counts(agus)["cases"]) == (0, 1)
    assert deed not in client.get(reverse("admin:revolving_funds_visit_change", args=[visit.uid])).content.decode()


def test_the_page_of_the_loan_says_what_was_proposed_about_it_and_what_came_of_it(loan: Loan) -> None:
    case = cases.approve(case=propose(loan, **DEATH), by=make.approver(), now=NOW, on=ON)
    client = Client()
    client.force_login(make.verifier())
    page = client.get(reverse("admin:revolving_funds_loan_change", args=[loan.uid])).content.decode()
    assert reverse("admin:revolving_funds_loancase_change", args=[case.uid]) in page
    assert "Peminjam meninggal dunia</a>: Disetujui" in page
