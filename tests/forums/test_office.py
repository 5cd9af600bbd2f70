"""The forum in the office face: the queue of reports is worked there too."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forums.actions import reports
from forums.enums import ReportReason
from forums.models import Report
from foundation.accounts.models import User
from foundation.accounts.roles import Role
from tests.factories.forums import NOW, moderator, owner, reply, topic
from tests.factories.foundation import user_with_role

pytestmark = pytest.mark.django_db


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def reported() -> Report:
    bad = reply(topic(), body="Pinjaman cepat cair!")
    return reports.file(post=bad, reason=ReportReason.FRAUD, note="Minta uang muka", by=owner(), now=NOW)


def address(report: Report, deed: str) -> str:
    return reverse("admin:forums_report_deed", args=[report.uid, deed])


@pytest.mark.parametrize("model", ["board", "topic", "report"])
def test_staff_open_lists_and_rows(model: str) -> None:
    report = reported()
    row = {"board": report.post.topic.board, "topic": report.post.topic, "report": report}[model]
    staff = desk(moderator("16.71"))
    assert staff.get(reverse(f"admin:forums_{model}_changelist")).status_code == 200
    assert staff.get(reverse(f"admin:forums_{model}_change", args=[row.uid])).status_code == 200
    stranger = desk(moderator("32.04"))
    assert stranger.get(reverse(f"admin:forums_{model}_change", args=[row.uid])).status_code == 404


def test_a_report_is_upheld_from_the_desk() -> None:
    report = reported()
    desk(moderator("16.71")).post(address(report, "sembunyikan"), {"reason": "Penipuan"})
    report.refresh_from_db()
    assert (report.status, report.post.hidden_reason) == ("UPHELD", "Penipuan")


def test_a_report_is_dismissed_from_the_desk() -> None:
    report = reported()
    desk(moderator("16.71")).post(address(report, "biarkan"), {"answer": "Ini nasihat biasa."})
    report.refresh_from_db()
    assert (report.status, report.answer, report.post.hidden_at) == ("DISMISSED", "Ini nasihat biasa.", None)


def test_a_topic_is_closed_and_opened_from_the_desk() -> None:
    opened, staff = topic(), desk(moderator("16.71"))
    staff.post(reverse("admin:forums_topic_deed", args=[opened.uid, "tutup"]), {"reason": "Sudah terjawab"})
    opened.refresh_from_db()
    assert opened.locked_reason == "Sudah terjawab"
    staff.post(reverse("admin:forums_topic_deed", args=[opened.uid, "buka"]))
    opened.refresh_from_db()
    assert opened.locked_at is None


def test_an_auditor_reads_the_queue_but_decides_nothing() -> None:
    report = reported()
    auditor = desk(user_with_role(Role.AUDITOR, "16.71", email="auditor@contoh.go.id"))
    assert auditor.get(reverse("admin:forums_report_changelist")).status_code == 200
    assert auditor.post(address(report, "sembunyikan"), {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("model", ["board", "topic", "report"])
def test_a_list_of_the_desk_costs_the_same_with_one_row_and_with_three(model: str) -> None:
    staff, url = desk(moderator("16.71")), reverse(f"admin:forums_{model}_changelist")

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert staff.get(url).status_code == 200
        return len(seen)

    reported()
    cost()
    one = cost()
    reported()
    reported()
    assert cost() == one
