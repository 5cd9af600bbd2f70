"""A refused owner files an appeal in time, somebody without a hand in it answers, and what was said stays."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.urls import reverse

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.files.actions import uploads
from foundation.files.models import StoredFile
from foundation.notifications.models import Message
from members.privacy.registry import Subject
from msme_platform.office import queues
from revolving_funds import appealing, eligibility, personal, steps
from revolving_funds.actions import appeals, applications, batches, hands, rules
from revolving_funds.models import Appeal, Application, PastDecision, Policy
from revolving_funds.schedule import workdays_after
from tests.factories import revolving_funds as make
from tests.factories.files import picture, upload
from tests.factories.foundation import user_with_role
from tests.factories.revolving_funds import NOW, TODAY

pytestmark = pytest.mark.django_db
D = dt.date
LATER = NOW + dt.timedelta(days=2)
LAST = D(2026, 2, 18)  # 21 working days after 15 January 2026, with three free days between
SAY: dict[str, Any] = {"reason": "Sudah buka rutin.", "now": NOW}


def seen_by(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: Any, url: str) -> str:
    return seen_by(user).get(url).content.decode()


@pytest.fixture(autouse=True)
def pool() -> None:
    make.pool()


def test_the_window_is_counted_in_working_days_of_the_offices_rule_and_names_its_basis() -> None:
    application = make.refused()
    way = appealing.way(application, on=TODAY)
    assert way is not None
    assert (way.until, way.days, way.basis, way.may) == (LAST, 21, "Perwali", True)
    assert workdays_after(D(2026, 1, 15), 1) == D(2026, 1, 19)  # Friday the 16th is a national holiday
    rule = Policy.objects.get()
    values = {name: getattr(rule, name) for name in rules.CHANGEABLE[Policy]} | {"appeal_days": 5}
    rules.change(
        row=rule,
        fields=values,
        valid_from=D(2026, 1, 16),
        legal_basis="Perwali 2",
        by=make.approver(),
        now=NOW,
        on=TODAY,
        seen=True,
    )
    kept = appealing.way(application, on=D(2026, 1, 20))
    assert kept is not None
    assert kept.until == LAST  # the rule of the day of the refusal
    assert appealing.way(make.submitted(), on=TODAY) is None


def test_an_appeal_is_filed_by_its_owner_within_the_window_and_once() -> None:
    application = make.refused()
    owner = application.person.user
    values = {"application": application, "reason": "Sudah buka rutin.", "now": NOW}
    with pytest.raises(appeals.NotTheOwner):
        appeals.file(by=make.owner().user, on=TODAY, **values)
    with pytest.raises(appeals.ReasonMissing):
        appeals.file(by=owner, on=TODAY, **values | {"reason": "  "})
    with pytest.raises(appeals.TooLate, match="18 Februari 2026"):
        appeals.file(by=owner, on=LAST + dt.timedelta(days=1), **values)
    made = appeals.file(by=owner, on=LAST, **values)
    assert (made.open_until, made.answer_by, made.status) == (LAST, workdays_after(LAST, 10), "WAITING")
    with pytest.raises(appeals.FiledAlready):
        appeals.file(by=owner, on=TODAY, **values)
    assert Event.objects.filter(verb="appeal.filed", actor=owner).count() == 1
    assert Message.objects.filter(kind="fund_appeal_arrived").exists()
    with pytest.raises(appeals.NothingToAppeal):
        appeals.file(by=owner, on=TODAY, **values | {"application": make.approved()})


def test_while_it_waits_she_does_not_apply_anew_and_taking_it_back_opens_the_way() -> None:
    application = make.refused()
    person = application.person
    made = make.appeal(application)
    assert not eligibility.of(person, on=TODAY).may_apply
    with pytest.raises(applications.NotEligible, match="Keberatan"):
        applications.start(person=person, by=person.user, now=NOW, on=TODAY)
    with pytest.raises(appeals.NotTheOwner):
        appeals.take_back(appeal=made, by=make.approver(), now=NOW)
    appeals.take_back(appeal=made, by=person.user, now=NOW)
    with pytest.raises(appeals.AnsweredAlready):
        appeals.grant(appeal=made, by=make.approver(), **SAY)
    again = make.appeal(application)
    appeals.take_back(appeal=again, by=person.user, now=NOW)
    applications.start(person=person, by=person.user, now=NOW, on=TODAY)
    with pytest.raises(appeals.OtherUnderWay):
        make.appeal(application)


def test_what_waits_for_an_answer_is_not_erased() -> None:
    made = make.appeal()
    held = [hold.reason for hold in personal.FUND.holds(Subject.of(made.application.person), TODAY)]
    assert held == ["Keberatan Ibu/Bapak tanggal 15.01.2026 sedang diperiksa."]


def test_who_had_a_hand_in_the_refusal_does_not_answer_and_the_database_says_so() -> None:
    application = make.refused()
    made = make.appeal(application)
    rows = Appeal.objects.filter(pk=made.pk)
    answered = {"status": "GRANTED", "decided_at": NOW, "decision_reason": "x"}
    involved = [application.checked_by, application.surveyed_by, application.decided_by, application.person.user]
    for hand in involved:
        assert hand is not None
        for act in (appeals.grant, appeals.refuse):
            with pytest.raises(hands.SamePersonTwice):
                act(appeal=made, by=hand, **SAY)
        with pytest.raises(IntegrityError, match=r"two steps|filed_by_not"), transaction.atomic():
            rows.update(decided_by=hand, **answered)
    both: User = make.approver()
    assert list(steps.appeals_open_to(both, "revolving_funds.decide_appeal")) == [made]
    assert application.decided_by is not None
    assert not steps.appeals_open_to(application.decided_by, "revolving_funds.decide_appeal").exists()


def test_granted_the_application_is_decided_anew_and_the_refusal_stays_readable() -> None:
    application = make.refused()
    first, judge, third = application.decided_by, make.approver(), make.approver()
    assert first is not None
    made = appeals.grant(appeal=make.appeal(application), by=judge, now=LATER, reason="Usahanya sudah buka rutin.")
    application.refresh_from_db()
    past = PastDecision.objects.get()
    assert (application.status, application.decided_by, application.decision_reason) == ("SURVEYED", None, "")
    assert (past.outcome, past.decided_by, past.reason) == ("REFUSED", first, "Usaha belum berjalan")
    assert (past.why, past.ended_by, made.decided_by) == ("APPEAL", judge, judge)
    assert Message.objects.filter(kind="fund_appeal_answered").exists()
    assert set(Event.objects.values_list("verb", flat=True)) >= {"appeal.granted", "application.decided_anew"}
    with pytest.raises(hands.SamePersonTwice, match="keberatan"):
        applications.approve(application=application, by=judge, now=LATER, on=TODAY)
    rows = Application.objects.filter(pk=application.pk)
    with pytest.raises(IntegrityError, match="two steps"), transaction.atomic():
        rows.update(decided_by=judge, decided_at=LATER)
    with pytest.raises(applications.RefusedBefore):
        applications.reject(application=application, by=first, now=LATER, reason="Tetap tidak")
    with pytest.raises(IntegrityError, match="somebody else refuses"), transaction.atomic():
        rows.update(status="REJECTED", decision_reason="x", decided_by=first, decided_at=LATER)
    applications.reject(application=application, by=third, now=LATER, reason="Alamat tidak ada")
    assert appeals.file(application=application, by=application.person.user, on=TODAY, **SAY).refused_at == LATER


def test_who_refused_once_may_approve_after_the_appeal() -> None:
    application = make.refused()
    first = application.decided_by
    assert first is not None
    appeals.grant(appeal=make.appeal(application), by=make.approver(), now=LATER, reason="Sudah buka.")
    assert applications.approve(application=application, by=first, now=LATER, on=TODAY).status == "APPROVED"


def test_refused_is_final() -> None:
    application = make.refused()
    made, judge = make.appeal(application), make.approver()
    with pytest.raises(appeals.ReasonMissing):
        appeals.refuse(appeal=made, by=judge, now=LATER, reason=" ")
    appeals.refuse(appeal=made, by=judge, now=LATER, reason="Bukti tidak cukup.")
    for act in (appeals.grant, appeals.refuse):
        with pytest.raises(appeals.AnsweredAlready):
            act(appeal=made, by=make.approver(), **SAY)
    with pytest.raises(appeals.FiledAlready):
        make.appeal(application)
    rows = Appeal.objects.filter(pk=made.pk)
    for changes in ({"status": "WITHDRAWN"}, {"decision_reason": "Lain"}, {"reason": "Lain"}):
        with pytest.raises(IntegrityError, match="stay as they are"), transaction.atomic():
            rows.update(**changes)
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        rows.delete()
    with pytest.raises(IntegrityError, match="falls by an appeal"), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(status="SURVEYED")
    applications.start(person=application.person, by=application.person.user, now=NOW, on=TODAY)  # anew at any time


def test_the_banks_refusal_has_its_way_of_appeal_and_its_own_hands() -> None:
    application, clerk = make.approved(), make.treasurer()
    batches.answer(
        application=application, paid=False, disbursed_on=None, reason="Rekening tutup", by=clerk, now=LATER, on=TODAY
    )
    made = appeals.file(application=application, by=application.person.user, on=TODAY, **SAY)
    assert made.refused_at == LATER
    with pytest.raises(hands.SamePersonTwice):
        appeals.grant(appeal=made, by=clerk, **SAY)
    appeals.grant(appeal=made, by=make.approver(), now=LATER, reason="Rekening baru sudah ada.")
    past = PastDecision.objects.get()
    assert (past.outcome, past.answered_by, past.amount) == ("BANK", clerk, 2_000_000)
    assert applications.approve(application=application, by=past.decided_by, now=LATER, on=TODAY).answered_by is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"reason": ""}, "appeal_has_reason"),
        ({"open_until": D(2026, 1, 14)}, "appeal_in_time"),
        ({"answer_by": D(2026, 1, 14)}, "appeal_in_time"),
        ({"status": "WISHED"}, "appeal_(status_known|decision_whole)"),
        ({"status": "GRANTED"}, "appeal_decision_whole"),
        ({"decision_reason": "x"}, "appeal_decision_whole"),
        ({"refused_at": LATER}, "against a refusal that stands"),
        ({"filed_by": None}, "against a refusal that stands"),
        ({"letter_on": TODAY}, "against a refusal that stands"),
        ({"letter_on": TODAY, "filed_by": None}, "appeal_letter_with_its_paper"),
    ],
)
def test_an_appeal_is_whole(changes: dict[str, Any], named: str) -> None:
    application = make.refused()
    values: dict[str, Any] = {
        "application": application,
        "refused_at": application.decided_at,
        "reason": "Sudah buka.",
        "filed_at": NOW,
        "filed_on": TODAY,
        "filed_by": application.person.user,
        "open_until": LAST,
        "answer_by": LAST,
    }
    if "filed_by" in changes:
        changes = changes | {"filed_by": make.owner().user}
    with pytest.raises(IntegrityError, match=named), transaction.atomic():
        Appeal.objects.create(**values | changes)
    Appeal.objects.create(**values)
    with pytest.raises(IntegrityError, match="appeal_one_for_a_refusal"), transaction.atomic():
        Appeal.objects.create(**values)


# The pages


def test_the_owner_appeals_on_the_phone_with_a_paper_and_reads_the_answer() -> None:
    application = make.refused()
    owner, own = application.person.user, application.get_absolute_url()
    url = reverse("revolving_funds:appeal", args=[application.uid])
    with time_machine.travel(NOW):
        assert "18\u00a0Februari 2026" in page(owner, own)
        empty = seen_by(owner).post(url, {"reason": ""}).content.decode()
        assert "Tuliskan mengapa" in empty
        sent = seen_by(owner).post(url, {"reason": "Warung sudah buka.", "document": upload(picture(), "nota.jpg")})
        assert sent["Location"] == own
        made = Appeal.objects.get()
        assert "Warung sudah buka." in page(owner, own)
        assert seen_by(owner).get(url)["Location"] == own  # one is filed already
        paper = reverse("files:read", args=[made.document.uid])
        judge = make.approver()
        for reader in (owner, judge):
            answer = seen_by(reader).get(paper)
            assert b"".join(answer.streaming_content)
        assert seen_by(make.owner().user).get(paper).status_code == 404
        assert seen_by(make.owner().user).get(url).status_code == 404
        desk = reverse("admin:revolving_funds_appeal_change", args=[made.uid])
        assert "Warung sudah buka." in page(judge, desk)
        seen_by(judge).post(f"{desk.removesuffix('change/')}deed/tolak/", {"reason": "Bukti tidak cukup."})
        told = page(owner, own)
    assert "Bukti tidak cukup." in told
    assert "keputusan akhir" in told
    assert str(judge) not in told


def test_the_desk_counts_and_lists_for_whom_an_appeal_waits() -> None:
    application = make.refused()
    made = make.appeal(application)
    judge = make.approver()
    listed = reverse("admin:revolving_funds_appeal_changelist") + "?langkah=answer"
    deed = reverse("admin:revolving_funds_appeal_deed", args=[made.uid, "kabulkan"])
    assert queues.counts(judge)["appeals"] == 1
    assert queues.counts(application.decided_by)["appeals"] == 0
    assert str(application.person) in page(judge, listed)
    assert str(application.person) not in page(application.decided_by, listed)
    refusal = seen_by(application.decided_by).post(deed, {"reason": "Sudah buka."}).content.decode()
    assert "Ibu/Bapak yang memutuskan pinjaman ini" in refusal
    assert seen_by(make.verifier()).post(deed).status_code == 403
    assert seen_by(judge).post(deed, {"reason": "Sudah buka."}).status_code == 302
    auditor = user_with_role(Role.AUDITOR, "16.71")
    for model, row in (("appeal", made), ("application", application)):
        shown = page(auditor, reverse(f"admin:revolving_funds_{model}_change", args=[row.uid]))
        for told in (str(judge), str(application.decided_by), "Usaha belum berjalan", "Sudah buka."):
            assert told in shown


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_appeals_costs_the_same_for_any_length(count: int, django_assert_num_queries: Any) -> None:
    for _number in range(count):
        make.appeal()
    client = seen_by(make.approver())
    listed = reverse("admin:revolving_funds_appeal_changelist")
    client.get(listed)
    with django_assert_num_queries(5):
        client.get(listed)


# By letter


def scan(user: User) -> StoredFile:
    return uploads.store(upload(picture(), "surat.jpg"), purpose="fund_appeal", by=user, now=NOW)


def letter(written: dt.date = TODAY, arrived: dt.date = TODAY) -> appeals.Letter:
    return appeals.Letter(written_on=written, arrived_on=arrived)


def test_an_officer_enters_what_the_owner_wrote_on_paper_and_another_one_answers() -> None:
    application, clerk = make.refused(), make.approver()
    paper = scan(clerk)
    values = {"application": application, "by": clerk, "on": LAST + dt.timedelta(days=3), **SAY}
    with pytest.raises(appeals.LetterMissing):
        appeals.file(letter=letter(), **values)
    with pytest.raises(appeals.ArrivalWrong):
        appeals.file(letter=letter(arrived=D(2026, 3, 1)), document=paper, **values)
    for wrong in (letter(written=D(2026, 1, 14)), letter(written=LAST, arrived=TODAY)):
        with pytest.raises(appeals.LetterDateWrong):
            appeals.file(letter=wrong, document=paper, **values)
    with pytest.raises(appeals.TooLate):
        appeals.file(letter=letter(arrived=LAST + dt.timedelta(days=1)), document=paper, **values)
    with pytest.raises(appeals.OwnLetter):
        appeals.file(letter=letter(), document=paper, **values | {"by": application.person.user})
    made = appeals.file(letter=letter(arrived=LAST), document=paper, **values)  # in time by the day it arrived
    assert (made.filed_on, made.letter_on, made.filed_by) == (LAST, TODAY, clerk)
    assert made.answer_by == workdays_after(LAST, 10)
    with pytest.raises(appeals.FiledAlready):
        appeals.file(letter=letter(), document=paper, **values)
    assert list(steps.appeals_open_to(clerk, "revolving_funds.decide_appeal")) == []
    with pytest.raises(appeals.EnteredByYou):
        appeals.grant(appeal=made, by=clerk, **SAY)
    rows = Appeal.objects.filter(pk=made.pk)
    with pytest.raises(IntegrityError, match="appeal_filed_by_not_decided_by"), transaction.atomic():
        rows.update(status="GRANTED", decided_at=NOW, decided_by=clerk, decision_reason="x")
    with pytest.raises(IntegrityError, match="stay as they are"), transaction.atomic():
        rows.update(letter_on=LAST)
    assert appeals.refuse(appeal=made, by=make.approver(), now=LATER, reason="Bukti kurang.").status == "REFUSED"


def test_the_owner_reads_her_letter_and_may_take_it_back() -> None:
    application = make.refused()
    owner, clerk = application.person.user, make.verifier()
    url = reverse("admin:revolving_funds_application_deed", args=[application.uid, "keberatan"])
    form = {"letter_on": "2026-01-15", "arrived_on": "2026-01-15", "reason": "Warung sudah buka lagi."}
    with time_machine.travel(NOW):
        assert seen_by(make.approver()).get(url).status_code == 403
        assert "Tanggal surat" in page(clerk, url)
        assert "surat" in seen_by(clerk).post(url, form).content.decode()  # without the scan
        assert not Appeal.objects.exists()
        assert seen_by(clerk).post(url, form | {"document": upload(picture(), "surat.jpg")}).status_code == 302
        made = Appeal.objects.get()
        desk = page(clerk, reverse("admin:revolving_funds_appeal_change", args=[made.uid]))
        assert f"dimasukkan oleh {clerk}" in desk
        own = page(owner, application.get_absolute_url())
        assert "Warung sudah buka lagi." in own
        assert b"".join(seen_by(owner).get(reverse("files:read", args=[made.document.uid])).streaming_content)
        seen_by(owner).post(reverse("revolving_funds:appeal-take-back", args=[application.uid]))
        made.refresh_from_db()
    assert made.status == "WITHDRAWN"


# Silence


def test_the_page_says_what_the_law_makes_of_silence_and_nothing_is_granted_by_itself() -> None:
    made = make.appeal()
    until, decide_by = workdays_after(TODAY, 10), workdays_after(TODAY, 15)
    found = appealing.silence(made, on=until)
    assert found is not None
    assert (found.until, found.decide_by, found.passed) == (until, decide_by, False)
    judge = make.approver()
    desk = reverse("admin:revolving_funds_appeal_change", args=[made.uid])
    listed = reverse("admin:revolving_funds_appeal_changelist")
    with time_machine.travel(NOW):
        assert "Pasal 77 ayat (5)" in page(judge, desk)
        assert queues.run(next(one for one in queues.SOURCES if one.key == "appeals"), judge)[2] == 0
        assert "Pasal 77 ayat (5)" in page(made.application.person.user, made.get_absolute_url())
    with time_machine.travel(NOW + (until - TODAY) + dt.timedelta(days=1)):
        assert "Pasal 77 ayat (7)" in page(judge, desk)
        assert "dianggap dikabulkan" in page(judge, listed + "?tenggat=lewat")
        assert queues.run(next(one for one in queues.SOURCES if one.key == "appeals"), judge)[2] == 1
        assert "Pasal 77 ayat (7)" in page(made.application.person.user, made.get_absolute_url())
    made.refresh_from_db()
    assert made.status == "WAITING"


def test_of_the_banks_refusal_the_law_says_nothing() -> None:
    application, clerk = make.approved(), make.treasurer()
    batches.answer(
        application=application, paid=False, disbursed_on=None, reason="Rekening tutup", by=clerk, now=LATER, on=TODAY
    )
    made = appeals.file(application=application, by=application.person.user, on=TODAY, **SAY)
    assert appealing.silence(made, on=D(2026, 12, 31)) is None
