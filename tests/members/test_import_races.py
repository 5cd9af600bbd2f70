"""Two imports at once, and a worker killed outright in the middle of one: no half row, nobody twice."""

import datetime as dt
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.models.functions import Now

from foundation.accounts.roles import Role
from foundation.files.actions import uploads
from foundation.jobs import tasks
from foundation.jobs.enums import JobState
from foundation.jobs.models import Job
from foundation.regions.models import Office
from members.actions import import_runs, import_sql, imports
from members.enums import ImportState
from members.importing import run
from members.models import Business, ImportRun, Person, StatusPeriod
from tests.factories.foundation import office, region, user_with_role
from tests.processes import worker
from tests.races import together

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
ROWS = (
    "Nama;NIK;No HP;Kelurahan;Nama Usaha;Omzet per bulan;NIB\n"
    "Yani Suryani;9971045708800001;0812-1000-0001;Bukitlama;Keripik Yani;5 juta;0000000000001\n"
    "Budi;;0812-1000-0002;Bukitlama;Songket Budi;2 juta;\n"
)
pytestmark = [pytest.mark.ci, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def palembang() -> Office:
    region("16.71.04.1001")
    return office("16.71")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "umkm.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path / "umkm.csv"


def test_two_imports_at_once_bring_everybody_in_once(palembang: Office, file: Path) -> None:
    reports = together(2, lambda _n: run.import_file(path=file, office=palembang, by=None, now=NOW))
    assert sorted((report.inserted, report.unchanged) for report in reports) == [(0, 2), (2, 0)]
    assert (Person.objects.count(), Business.objects.count(), StatusPeriod.objects.count()) == (2, 2, 2)


def test_without_the_lock_of_the_office_somebody_comes_in_twice(palembang: Office, file: Path) -> None:
    gate = threading.Barrier(2)

    def careless(_n: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            sheet, headings = run.chosen(file)
            run.check(file, sheet, headings, office=palembang, now=NOW)
            values: dict[str, Any] = {"office": palembang.region_id, "commit": True, "source": "IMPORT", "by": None}
            cursor.execute(import_sql.MATCH.replace("{rows}", imports.TEMPORARY), values)
            gate.wait()  # both have looked before either has stored
            rows = import_sql.INSERT_PERSONS.replace("{rows}", imports.TEMPORARY)
            cursor.execute(
                rows.replace("m.person_new AND", "m.person_new AND s.nik_hash = '' AND"), {**values, "now": NOW}
            )

    together(2, careless)
    assert Person.objects.filter(full_name="Budi").count() == 2


def waits_for_licences() -> bool:
    """Whether somebody has begun to bring people in and waits for the licences: to write them, or to count them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE relation = 'members_licence'::regclass AND NOT granted")
        return bool(cursor.fetchone()[0])


def test_a_worker_killed_in_the_middle_leaves_no_half_row_and_the_job_goes_on(palembang: Office) -> None:
    staff = user_with_role(Role.STAFF, "16.71")
    sent = uploads.store(SimpleUploadedFile("umkm.csv", ROWS.encode()), purpose=import_runs.PURPOSE, by=staff, now=NOW)
    upload = import_runs.send(file=sent, office=palembang, by=staff, now=NOW)  # jobs run at once in tests
    upload.refresh_from_db()
    columns = {int(at): key for at, key in upload.sheets[0]["columns"].items()}
    import_runs.name_columns(run=upload, sheet="CSV", mapping=columns, by=staff, now=NOW)
    with transaction.atomic():
        upload = import_runs.bring_in(run=ImportRun.objects.get(), by=staff, now=NOW)
        job = upload.job
        assert job is not None
        # The call after commit is kept from running here: the worker below takes the job.
        connection.run_on_commit = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE members_licence IN ACCESS EXCLUSIVE MODE")
        process = worker(job)
        try:
            deadline = time.monotonic() + 60
            while not waits_for_licences():
                assert process.poll() is None, Job.objects.values("state", "error", "attempts", "kind")
                assert time.monotonic() < deadline
                time.sleep(0.1)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    deadline = time.monotonic() + 30
    while Job.objects.get(pk=job.pk).state != JobState.RUNNING or waits_for_licences():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert (Person.objects.count(), Business.objects.count()) == (0, 0)
    assert ImportRun.objects.get().state == ImportState.MERGING
    Job.objects.filter(pk=job.pk).update(heartbeat_at=Now() - dt.timedelta(minutes=5))
    tasks.sweep()
    upload.refresh_from_db()
    assert (upload.state, upload.inserted) == (ImportState.DONE, 2)
    assert (Person.objects.count(), Business.objects.count()) == (2, 2)
    assert Job.objects.get(pk=job.pk).attempts == 2


CITY = 5_200
TAKEN_BACK = (
    "UPDATE pg_class SET relpages = 9000, reltuples = 0 WHERE relname IN ('members_person', 'members_business')"
)


def checks_by() -> str:
    """Which index a check of a foreign key to a person would use now."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT 1 FROM ONLY members_person x WHERE id = 1 FOR KEY SHARE OF x")
        return " ".join(line for (line,) in cursor.fetchall())


def test_a_city_comes_in_quickly_after_one_that_was_taken_back(palembang: Office, tmp_path: Path) -> None:
    """What the database remembers then is a large table of nobody: any index looks as good as the key."""
    lines = [f"Ibu {n};;08{1_200_000_000 + n};Bukitlama;Warung {n};2 juta;\n" for n in range(CITY)]
    (tmp_path / "kota.csv").write_text(ROWS.splitlines(keepends=True)[0] + "".join(lines), encoding="utf-8")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM members_person, members_business")
        cursor.execute(TAKEN_BACK)
    report = run.import_file(path=tmp_path / "kota.csv", office=palembang, by=None, now=NOW)
    assert report.inserted == CITY
    assert "members_person_pkey" in checks_by()
    with connection.cursor() as cursor:
        cursor.execute(TAKEN_BACK)
    assert "members_person_pkey" not in checks_by(), "the control: without a fresh look another index is taken"
