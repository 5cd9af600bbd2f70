"""Lists of a source: whom each line names, what came of it, nothing lost on the way."""

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.db import OperationalError
from django.urls import reverse

from foundation.jobs import tasks
from foundation.jobs.actions import jobs as job_actions
from foundation.jobs.models import Job
from members.importing import reading
from tests.factories.members import OwnerFactory
from tests.factories.trainings import NOW
from trainings import jobs as training_jobs
from trainings import sources
from trainings.actions import enrolments
from trainings.models import Enrolment, Training

pytestmark = pytest.mark.django_db


def enrol(training: Training, person: Any) -> Enrolment:
    return enrolments.enrol(training=training, person=person, by=None, now=NOW)


def listed(folder: Path, *rows: tuple[str, ...]) -> Path:
    path = folder / "daftar.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([("Nama", "NIK", "No HP"), *rows]):
            sheet.write_row(number, 0, row)
    return path


def work_through(training: Training, rows: list[list[Any]], *, attempts: int = 0, file: Any = None) -> Job:
    params = {"training": training.pk, "rows": rows, "source": "EPOKIR"}
    job = job_actions.start("trainings.enrol", by=None, office=None, params=params, now=NOW, key=str(attempts))
    Job.objects.filter(pk=job.pk).update(attempts=attempts)
    if file:
        job.folder.mkdir(parents=True)
        (job.folder / sources.KEPT_AS).write_bytes(file.read_bytes())
    tasks.run(job.pk)
    job.refresh_from_db()
    return job


def answers(job: Job) -> list[list[Any]]:
    assert job.result_path
    return [list(line) for line in reading.lines(job.result_path, "Sheet1")][1:]


def test_a_list_is_matched_by_number_and_enrolled_line_by_line(tmp_path: Path, training: Training) -> None:
    known, inside = OwnerFactory(), OwnerFactory()
    enrol(training, inside)
    path = listed(
        tmp_path,
        ("Siti", "", known.phone.replace("+62", "0")),
        ("Yani", "", inside.phone),
        ("Tidak dikenal", "", "0812 9999 9999"),
        ("Salah ketik", "", "0812"),
        ("Tanpa nomor", "", ""),
        ("NIK diringkas", "1.67E+15", ""),
        ("Siti lagi", "", known.phone),
    )
    named = sources.read(path)
    assert [(row.line, row.person) for row in named] == list(
        enumerate([known, inside, None, None, None, None, known], 2)
    )
    job = work_through(training, [[row.line, row.person and row.person.pk, row.fault] for row in named], file=path)
    assert job.facts == {"lines": 7, "places": 1, "already": 2, "unknown": 4}
    assert Enrolment.objects.get(person=known).source == "EPOKIR"
    found = answers(job)
    assert [row[1] for row in found] == [
        "Siti", "Yani", "Tidak dikenal", "Salah ketik", "Tanpa nomor", "NIK diringkas", "Siti lagi",
    ]  # fmt: skip
    assert [row[2] for row in found][:2] == [known.full_name, inside.full_name]
    said = [row[3] for row in found]
    assert (said[0], said[1], said[6]) == ("Mendapat tempat.", "Sudah terdaftar.", "Sudah terdaftar.")
    assert len(set(said[2:6])) == 4  # each line says what is wrong with it


def test_a_list_is_enrolled_some_at_a_time_and_every_line_is_answered(
    training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_jobs, "LINES_AT_ONCE", 2)
    people = [OwnerFactory(), OwnerFactory(), None, OwnerFactory(), OwnerFactory()]
    Training.objects.filter(pk=training.pk).update(capacity=3)
    job = work_through(training, [[line, row and row.pk, ""] for line, row in enumerate(people, 2)])
    assert job.facts == {"lines": 5, "places": 3, "waiting": 1, "unknown": 1}
    assert [row[0] for row in answers(job)] == [2, 3, 4, 5, 6]
    in_order = Enrolment.objects.filter(training=training).order_by("queue_number").values_list("person", flat=True)
    assert list(in_order) == [row.pk for row in people if row]


def test_what_a_killed_worker_had_done_is_told_again_and_not_done_twice(training: Training) -> None:
    first, given_back, second = OwnerFactory(), OwnerFactory(), OwnerFactory()
    enrol(training, first)
    enrolments.cancel(enrolment=enrol(training, given_back), by=None, now=NOW)
    job = work_through(training, [[2, first.pk], [3, given_back.pk], [4, second.pk], [5, first.pk]], attempts=1)
    assert job.facts == {"lines": 4, "places": 2, "already": 2}
    assert list(Enrolment.objects.filter(training=training).live().values_list("person", flat=True)) == [
        first.pk,
        second.pk,
    ]


@pytest.mark.parametrize("ends", ["stopped", "failed", "broken off three times"])
def test_what_was_done_of_a_list_that_ended_early_is_told_line_by_line_and_the_same_list_goes_on(
    training: Training, client: Any, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    monkeypatch.setattr(training_jobs, "LINES_AT_ONCE", 1)
    people = OwnerFactory.create_batch(3)
    rows: list[list[Any]] = [[line, row.pk] for line, row in enumerate(people, 2)] + [[5, None]]
    kept = training_jobs._enrol

    def once(run: Any, *facts: Any) -> Any:
        made = kept(run, *facts)
        if ends == "stopped":
            job_actions.cancel(job=run.job, by=training.facilitator, now=NOW)
        monkeypatch.setattr(training_jobs, "_enrol", broken)
        return made

    def broken(*_facts: Any) -> Any:
        raise OperationalError if ends.startswith("broken") else RuntimeError

    monkeypatch.setattr(training_jobs, "_enrol", once)
    job = work_through(training, rows)
    for _turn in range(3 if ends.startswith("broken") else 0):
        tasks.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.facts["places"], job.facts["left"]) == ("CANCELLED" if ends == "stopped" else "FAILED", 1, 2)
    assert [row[3][:15] for row in answers(job)] == [
        "Mendapat tempat",
        "Belum dikerjaka",
        "Belum dikerjaka",
        "Belum dikenal s",
    ]
    Job.objects.update(by=training.facilitator, region_code=training.region_id)
    client.force_login(training.facilitator, backend="foundation.accounts.backends.LoginBackend")
    page = client.get(reverse("jobs:detail", args=[job.uid])).content.decode()
    assert "hasil-daftar.xlsx" in page
    assert "telah dikembalikan" not in page
    assert reverse("jobs:result", args=[job.uid]) in page
    monkeypatch.setattr(training_jobs, "_enrol", kept)
    again = work_through(training, rows, attempts=0)
    assert again.facts == {"lines": 4, "already": 1, "places": 2, "unknown": 1}


def test_a_list_that_is_too_long_is_refused_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST", 1)
    with pytest.raises(sources.ListTooLong, match="2 baris"):
        sources.read(listed(tmp_path, ("Siti", "", ""), ("Yani", "", "")))


def test_another_list_while_the_first_is_worked_on_is_another_job(
    client: Any, tmp_path: Path, training: Training
) -> None:
    client.force_login(training.facilitator, backend="foundation.accounts.backends.LoginBackend")
    address = reverse("trainings:participant-file", args=[training.uid])
    for name in ("Siti", "Yani", "Yani"):
        with listed(tmp_path, (name, "", OwnerFactory().phone if name == "Siti" else "0812 9999 9999")).open(
            "rb"
        ) as file:
            assert client.post(address, {"file": file, "source": "EPOKIR"}).status_code == 302
    made = Job.objects.filter(kind="trainings.enrol")
    assert len(made) == 2
    assert all((job.folder / sources.KEPT_AS).exists() for job in made)


@pytest.mark.parametrize("name", ["participant-file", "certificates-print"])
def test_who_runs_a_training_finds_the_job_that_she_started(
    client: Any, tmp_path: Path, training: Training, name: str
) -> None:
    client.force_login(training.facilitator, backend="foundation.accounts.backends.LoginBackend")
    with listed(tmp_path, ("Siti", "", OwnerFactory().phone)).open("rb") as file:
        address = reverse(f"trainings:{name}", args=[training.uid])
        answer = client.post(address, {"file": file, "source": "EPOKIR"})
    assert client.get(answer["Location"]).status_code == 200
    tasks.run(Job.objects.get().pk)
    assert client.get(answer["Location"]).status_code == 200
