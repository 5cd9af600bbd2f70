"""Every list of the office as a file: what the filter shows, with types, without formulas, for who may."""

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks
from python_calamine import load_workbook

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.common import downloads
from foundation.common.downloads import Format, Rupiah
from foundation.jobs import tasks
from foundation.jobs.enums import JobState
from foundation.jobs.models import Job
from members.models import Kbli
from msme_platform.office import exports
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import BusinessFactory, PersonFactory


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.LoginBackend")
    return client


def taken(user: User, model: str, form: str = "xlsx", query: str = "") -> Any:
    return as_(user).post(reverse("admin:export", args=model.split(".")) + query, {"format": form})


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def table(answer: Any, tmp_path: Path) -> list[list[Any]]:
    (tmp_path / "list.xlsx").write_bytes(content(answer))
    return load_workbook(str(tmp_path / "list.xlsx")).get_sheet_by_index(0).to_python()


@pytest.fixture
def staff(db: None) -> User:
    office("16.71")
    return user_with_role(Role.STAFF, "16.71")


def test_a_list_leaves_as_it_is_filtered_with_numbers_masked(staff: User, tmp_path: Path) -> None:
    here = PersonFactory(village=region("16.71.04.1001"), full_name="Yani Suryani")
    here.set_nik("9971045708800001")
    here.save()
    PersonFactory(village=region("16.71.14.1001"), full_name="Budi")
    PersonFactory(village=region("32.04.13.2001"), full_name="Jauh")
    _heads, *rows = table(taken(staff, "members.person"), tmp_path)
    assert sorted(row[0] for row in rows) == ["Budi", "Yani Suryani"]
    assert "9971045708800001" not in str(rows)
    assert "•••• •••• •••• 0001" in str(rows)
    assert isinstance(rows[0][-1], dt.datetime)
    only = table(taken(staff, "members.person", query="?q=suryani"), tmp_path)
    assert [row[0] for row in only[1:]] == ["Yani Suryani"]
    told = Event.objects.filter(verb="list.exported").order_by("-pk")[0]
    assert told.actor == staff
    assert told.data["rows"] == 1
    assert "suryani" not in str(told.data).lower()


def test_what_somebody_typed_never_becomes_a_formula(staff: User, tmp_path: Path) -> None:
    names = ['=HYPERLINK("http://x","y")', "+62", "-1+1", "@SUM(A1)"]
    for name in names:
        BusinessFactory(owner__village=region("16.71.04.1001"), village=region("16.71.04.1001"), name=name)
    rows = table(taken(staff, "members.business"), tmp_path)[1:]
    assert sorted(row[0] for row in rows) == sorted(names)  # texts, as they are
    text = content(taken(staff, "members.business", "csv")).decode("utf-8-sig")
    found = [row[0] for row in csv.reader(io.StringIO(text), delimiter=";")][1:]
    assert sorted(found) == sorted(f"'{name}" for name in names)


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\uff1d1"])
def test_every_start_of_a_formula_is_known(cell: str) -> None:
    assert downloads.harmless(cell) == f"'{cell}"
    assert downloads.harmless(f"a{cell}") == f"a{cell}"


def test_numbers_dates_and_amounts_keep_their_types(tmp_path: Path) -> None:
    row = [Rupiah(2_000_000), 3, 0.5, dt.date(2026, 11, 21), "0812", None]
    assert downloads.value("Rp2.000.000") == 2_000_000
    downloads.write(tmp_path / "a.xlsx", Format.XLSX, ["a", "b", "c", "d", "e", "f"], [row])
    found = load_workbook(str(tmp_path / "a.xlsx")).get_sheet_by_index(0).to_python()
    assert found[1] == [2_000_000, 3, 0.5, dt.date(2026, 11, 21), "0812", ""]


def test_a_long_list_leaves_as_a_job_that_asks_for_rights_when_it_runs(
    staff: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(exports, "DIRECT", 1)
    for name in ("Yani", "Budi"):
        PersonFactory(village=region("16.71.04.1001"), full_name=name)
    with django_capture_on_commit_callbacks(execute=True):
        answer = taken(staff, "members.person", "csv")
    job = Job.objects.get()
    assert answer.headers["Location"] == job.url
    assert (job.state, job.facts) == (JobState.DONE, {"rows": 2})
    assert job.result_path is not None
    assert "Yani" in job.result_path.read_text(encoding="utf-8-sig")
    taken(staff, "members.person", "csv")
    late = Job.objects.order_by("-pk")[0]
    staff.assignments.update(end_on=dt.date(2026, 1, 2))
    tasks.run(late.pk)
    late.refresh_from_db()
    assert late.state == JobState.FAILED


def test_only_who_may_take_a_list_along_is_offered_it(staff: User) -> None:
    PersonFactory(village=region("16.71.04.1001"))
    auditor = user_with_role(Role.AUDITOR, "16.71")
    address = reverse("admin:export", args=["members", "person"])
    list_url = reverse("admin:members_person_changelist")
    assert address in as_(staff).get(list_url).content.decode()
    assert address not in as_(auditor).get(list_url).content.decode()
    assert taken(auditor, "members.person").status_code == 403
    assert as_(staff).get(address).status_code == 405
    assert taken(staff, "members.nothing").status_code == 404


def test_every_list_of_the_office_can_leave(staff: User) -> None:
    root = User.objects.create_superuser(email="root@example.org", password="x")
    office("16.71")
    for model in admin.site._registry:
        answer = taken(root, f"{model._meta.app_label}.{model._meta.model_name}", "csv")
        assert answer.status_code == 200, model
        assert content(answer)


@pytest.mark.parametrize("count", [1, 3])
def test_a_download_asks_the_same_number_of_queries_for_any_number_of_rows(
    staff: User, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _n in range(count):
        place = region("16.71.04.1001")
        BusinessFactory(owner__village=place, village=place, kbli=Kbli.objects.order_by("pk").first())
    client, address = as_(staff), reverse("admin:export", args=["members", "business"])
    content(client.post(address, {"format": "csv"}))
    with django_assert_num_queries(12):
        content(client.post(address, {"format": "csv"}))
