"""The jobs and their calendar."""

from django.conf import settings

from msme_platform.celery import app


def test_every_entry_of_the_calendar_names_a_job_that_exists() -> None:
    app.loader.import_default_modules()
    schedule = settings.CELERY_BEAT_SCHEDULE
    assert list(schedule) == sorted(schedule)
    assert {entry: row["task"] for entry, row in schedule.items()} == {entry: entry for entry in schedule}
    assert {entry for entry in schedule if entry not in app.tasks} == set()
