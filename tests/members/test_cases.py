"""Licensing cases: asked for, worked, handed over, ended; and what the owner hears of it."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from foundation.audit.models import Event
from foundation.files.actions import uploads
from foundation.notifications.models import Message
from members.actions import cases, licences, licensing_days, outcomes, processes
from members.entries import InvalidEntry, LicenceEntry
from members.enums import CaseStatus, LicenceStatus, Source
from members.models import Business, CaseOfficer, LicenceCase, LicencePaper, LicenceProcess
from tests.factories import files, licensing
from tests.factories.licensing import NIB, NOW, TODAY, status_of
from tests.factories.members import LicenceFactory
from tests.races import together

pytestmark = pytest.mark.django_db
PIRT = "2061671010001-31"
LATER = NOW + dt.timedelta(days=3)


def told(case: LicenceCase) -> list[str]:
    """The kinds of messages that the owner has in the app, in order."""
    rows = Message.objects.filter(
        user=case.business.owner.user, channel="APP", subject_key__startswith=f"case:{case.pk}:"
    )
    return list(rows.order_by("pk").values_list("kind", flat=True))


def entry(number: str = PIRT, kind: str = "PIRT", **fields: Any) -> LicenceEntry:
    return LicenceEntry(kind=kind, status=LicenceStatus.HELD, number=number, **fields)


def test_a_request_becomes_a_case_with_steps_money_and_a_day() -> None:
    case = licensing.case(kind="BRAND")
    process = LicenceProcess.objects.get(kind="BRAND")
    assert (case.process, case.officer, case.steps_done) == (process, None, 0)
    assert case.due_on == TODAY + dt.timedelta(days=cases.days_of(process))
    assert (case.fee, case.subsidy, case.own_share) == (500_000, 0, 500_000)
    assert status_of(case.business, "BRAND") == LicenceStatus.WANTED
    assert told(case) == ["licence_case_opened"]
    assert Event.objects.filter(verb="licence_case.opened", object_id=case.pk).exists()


def test_whoever_works_on_licences_opens_it_as_her_own() -> None:
    assistant = licensing.assistant()
    business = licensing.business()
    case = cases.start(business=business, kind="PIRT", source=Source.FACILITATOR, by=assistant, now=NOW)
    assert case.officer == assistant
    assert status_of(business, "PIRT") == LicenceStatus.IN_PROCESS


def test_a_licence_is_asked_for_once_at_a_time() -> None:
    case = licensing.case()
    with pytest.raises(cases.CaseRuns) as refused:
        licensing.case(of=case.business)
    assert str(case.uid) in refused.value.next_url
    with pytest.raises(IntegrityError, match="licencecase_one_open"), transaction.atomic():
        LicenceCase.objects.create(
            business=case.business, kind="PIRT", process=case.process, source="OWNER", opened_at=NOW, due_on=TODAY
        )


def test_the_nib_comes_first_and_the_refusal_leads_to_it() -> None:
    business = licensing.business(nib=False)
    with pytest.raises(cases.NeedsFirst) as refused:
        licensing.case(of=business, kind="HALAL")
    assert refused.value.next_url == f"/izin/usaha/{business.uid}/nib/bantuan/"
    assert licensing.case(of=business, kind="NIB").kind == "NIB"


def test_what_holds_for_long_is_not_asked_for_but_what_ends_soon_is_renewed_and_stays_held() -> None:
    business = licensing.business()
    LicenceFactory(business=business, kind="PIRT", number=PIRT, valid_to=TODAY + dt.timedelta(days=200))
    with pytest.raises(cases.HeldAlready):
        licensing.case(of=business)
    business.licences.filter(kind="PIRT").update(valid_to=TODAY + dt.timedelta(days=60))
    assert licensing.case(of=business).is_open
    assert status_of(business, "PIRT") == LicenceStatus.HELD


def test_steps_are_done_in_their_order_and_each_is_told() -> None:
    case, officer = licensing.case(), licensing.staff()
    cases.take(case=case, by=officer, now=NOW)
    for number in range(1, 7):
        done = cases.finish_step(case=case, note="", by=officer, now=NOW + dt.timedelta(days=number))
        assert done.step.number == number
    with pytest.raises(cases.NoStep):
        cases.finish_step(case=case, note="", by=officer, now=LATER)
    assert told(case).count("licence_case_step") == 6
    assert cases.undo_step(case=case, by=officer, now=LATER).steps_done == 5
    cases.finish_step(case=case, note="", by=officer, now=LATER)
    assert told(case).count("licence_case_step") == 6  # told once


def test_two_officers_never_take_one_case() -> None:
    case, first, second = licensing.case(), licensing.staff(), licensing.staff()
    cases.take(case=case, by=first, now=NOW)
    with pytest.raises(cases.TakenAlready):
        cases.take(case=case, by=second, now=NOW)


def test_a_case_is_handed_over_with_its_history() -> None:
    case, first, second = licensing.case(), licensing.staff(), licensing.assistant()
    cases.take(case=case, by=first, now=NOW)
    cases.hand_over(case=case, officer=second, note="Cuti sampai Desember", by=first, now=LATER)
    periods = list(CaseOfficer.objects.filter(case=case).order_by("start_at"))
    assert [(row.officer, row.end_at) for row in periods] == [(first, LATER), (second, None)]
    assert periods[1].note == "Cuti sampai Desember"
    assert Message.objects.filter(user=second, kind="licence_case_given", channel="APP").count() == 1
    with pytest.raises(cases.CannotWork):
        cases.hand_over(case=case, officer=licensing.assistant("16.71.14"), note="", by=second, now=LATER)


def test_periods_of_officers_never_overlap() -> None:
    case, officer = licensing.case(by=licensing.staff()), licensing.staff()
    with pytest.raises(IntegrityError, match="caseofficer_no_overlap"), transaction.atomic():
        CaseOfficer.objects.create(case=case, officer=officer, start_at=LATER)


def test_when_it_is_issued_the_number_is_checked_and_the_line_is_held() -> None:
    case = licensing.case(by=licensing.staff())
    officer: Any = case.officer
    with pytest.raises(InvalidEntry):
        outcomes.issue(case=case, licence=entry("12"), file=None, by=officer, now=LATER)
    paper = uploads.store(files.upload(files.PDF, "sppirt.pdf"), purpose="licence_paper", by=officer, now=LATER)
    done = outcomes.issue(case=case, licence=entry(), file=paper, by=officer, now=LATER)
    assert (done.status, done.closed_at, done.outcome) == (CaseStatus.ISSUED, LATER, PIRT)
    assert status_of(case.business, "PIRT") == LicenceStatus.HELD
    assert LicencePaper.objects.get().file.used_at == LATER
    assert CaseOfficer.objects.get(case=case).end_at == LATER
    assert told(case)[-1] == "licence_case_issued"
    with pytest.raises(cases.NotOpen):
        cases.finish_step(case=case, note="", by=officer, now=LATER)


def test_a_licence_that_anybody_records_ends_its_case() -> None:
    case = licensing.case(of=licensing.business(nib=False), kind="NIB")
    licences.record(business=case.business, licence=entry(NIB, "NIB"), by=case.business.owner.user, now=LATER)
    case.refresh_from_db()
    assert case.status == CaseStatus.ISSUED


def test_refused_and_withdrawn_need_a_reason_and_free_the_way() -> None:
    case = licensing.case(by=licensing.staff())
    officer: Any = case.officer
    with pytest.raises(cases.NeedReason):
        outcomes.refuse(case=case, reason=" ", by=officer, now=LATER)
    outcomes.refuse(case=case, reason="Dapur belum layak", by=officer, now=LATER)
    assert status_of(case.business, "PIRT") == LicenceStatus.REJECTED
    assert told(case)[-1] == "licence_case_closed"
    again = licensing.case(of=case.business)
    outcomes.withdraw(case=again, reason="Berhenti usaha", by=again.business.owner.user, now=LATER)  # type: ignore[arg-type]
    assert status_of(case.business, "PIRT") == LicenceStatus.NONE
    assert "licence_case_closed" not in told(again)  # she knows herself


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ({"status": "ISSUED"}, "licencecase_closed_has_time"),
        ({"status": "REFUSED", "closed_at": NOW}, "licencecase_refusal_has_reason"),
        ({"subsidy": 1}, "licencecase_money_makes_sense"),
        ({"fee": -1}, "licencecase_money_makes_sense"),
        ({"status": "MAYBE", "closed_at": NOW}, "licencecase_known"),
    ],
)
def test_the_database_refuses_a_case_that_cannot_be(field: dict[str, Any], name: str) -> None:
    case = licensing.case()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        LicenceCase.objects.filter(pk=case.pk).update(**field)


def test_fee_and_subsidy_are_whole_rupiah_and_bounded() -> None:
    case, officer = licensing.case(kind="BRAND"), licensing.staff()
    cases.set_money(case=case, fee=500_000, subsidy=500_000, by=officer, now=NOW)
    case.refresh_from_db()
    assert case.own_share == 0
    with pytest.raises(cases.WrongMoney):
        cases.set_money(case=case, fee=100, subsidy=101, by=officer, now=NOW)


def test_a_new_version_of_the_way_leaves_running_cases_theirs() -> None:
    running, staff = licensing.case(), licensing.staff()
    way = processes.Way(
        issuer="DPMPTSP",
        fee=0,
        subsidy=0,
        legal_basis="",
        steps=[("Semua sekaligus", "OFFICE", 2)],
        documents=[("KTP", True)],
    )
    made = processes.rewrite(process=running.process, way=way, region_code="16.71", by=staff, now=NOW)
    fresh = licensing.case()
    assert (fresh.process, running.process.version) == (made, 1)
    assert fresh.due_on == TODAY + dt.timedelta(days=2)
    done = cases.finish_step(case=running, note="", by=staff, now=NOW)
    assert done.step.process_id == running.process_id
    elsewhere = cases.process_for("PIRT", "32.04")
    assert elsewhere == running.process


def test_steps_are_written_as_lines_and_read_back() -> None:
    process = LicenceProcess.objects.get(kind="NIB", region_code="")
    text = processes.written(process)
    assert processes.read_steps(text["steps"])[0] == ("Data KTP dan alamat usaha diperiksa", "OFFICE", 2)
    assert processes.read_documents(text["documents"])[1] == ("Foto tempat usaha", False)
    for wrong in ("", "Periksa", "Periksa | kami | 3", "Periksa | dinas | 0", "Periksa | dinas | tiga"):
        with pytest.raises(processes.BadSteps):
            processes.read_steps(wrong)


# The day


def test_whoever_is_recorded_as_wanting_help_gets_a_case() -> None:
    business = licensing.business(nib=False)
    for kind in ("NIB", "PIRT"):
        LicenceFactory(business=business, kind=kind, status=LicenceStatus.WANTED, number="")
    assert cases.open_missing(now=NOW) == 1  # P-IRT waits for the NIB
    assert cases.open_missing(now=NOW) == 0
    licences.record(business=business, licence=entry(NIB, "NIB"), by=None, now=LATER)
    assert cases.open_missing(now=LATER) == 1


def test_a_wish_recorded_by_the_owner_is_taken_up_at_once() -> None:
    business = licensing.business()
    wish = LicenceEntry(kind="HALAL", status=LicenceStatus.WANTED)
    licences.record(business=business, licence=wish, by=business.owner.user, now=NOW)
    assert LicenceCase.objects.running().filter(business=business, kind="HALAL").count() == 1
    licences.record(
        business=licensing.business(nib=False), licence=wish, by=None, now=NOW
    )  # its NIB is missing: only the wish is kept
    assert LicenceCase.objects.running().count() == 1


def ending(business: Business) -> list[str]:
    rows = Message.objects.filter(user=business.owner.user, channel="APP", subject_key__startswith="licence:")
    return [row.subject_key.rpartition(":")[2] for row in rows.order_by("pk")]


def test_the_end_of_a_licence_is_told_once_for_each_of_the_laws_days() -> None:
    business = licensing.business()
    end = TODAY + dt.timedelta(days=95)
    LicenceFactory(business=business, kind="PIRT", number=PIRT, valid_to=end)
    for days in (100, 90, 90, 89, 61, 60, 45, 29, 0, -1, -1, -40):
        day = end - dt.timedelta(days=days)
        licensing_days.run(on=day, now=dt.datetime.combine(day, dt.time(2), tzinfo=dt.UTC))
    assert ending(business) == ["90", "60", "30", "ended"]


def test_days_without_a_run_are_told_once_and_old_ends_not_at_all() -> None:
    business = licensing.business()
    LicenceFactory(business=business, kind="PIRT", number=PIRT, valid_to=TODAY + dt.timedelta(days=20))
    LicenceFactory(business=business, kind="BPOM", number="MD 1", valid_to=TODAY - dt.timedelta(days=300))
    licensing_days.remind(on=TODAY, now=NOW)
    assert ending(business) == ["30"]


# Two at once


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_make_one_case() -> None:
    business = licensing.business()

    def ask(_number: int) -> Any:
        return cases.start(business=business, kind="PIRT", source=Source.OWNER, by=business.owner.user, now=NOW)

    answers = together(4, ask)
    assert sum(isinstance(answer, LicenceCase) for answer in answers) == 1
    assert sum(isinstance(answer, cases.CaseRuns) for answer in answers) == 3


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_only_the_constraint_would_stop_the_second() -> None:
    """The control: looking before writing is no guard; both look, then both write, and the database refuses one."""
    business = licensing.business()
    process = cases.process_for("PIRT", "16.71")

    def look_then_write(_number: int) -> Any:
        return LicenceCase.objects.create(
            business=business, kind="PIRT", process=process, source="OWNER", opened_at=NOW, due_on=TODAY
        )

    answers = together(4, look_then_write)
    assert sum(isinstance(answer, IntegrityError) for answer in answers) == 3


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_and_one_gets_the_case() -> None:
    case = licensing.case()
    officers = [licensing.staff(), licensing.staff()]
    answers = together(2, lambda number: cases.take(case=case, by=officers[number], now=NOW))
    assert sum(isinstance(answer, LicenceCase) for answer in answers) == 1
    assert CaseOfficer.objects.filter(case=case, end_at=None).count() == 1
