"""The announcement of a training to a whole city: seconds for the outbox rows of N owners, rolled back afterwards.

`python -c "from bench.trainings import main; main()"` with the settings of a migrated database (DATABASE_URL).
"""

import datetime as dt
import os
import time

import django

OWNERS = 45_827
CITY, DISTRICT, VILLAGE = "16.71", "16.71.04", "16.71.04.1001"


def announcement(owners: int = OWNERS) -> tuple[int, float]:
    """Outbox rows and seconds of one announcement to `owners` people who have a phone and no account."""
    from django.db import connection, transaction  # noqa: PLC0415 -- after django.setup()

    from foundation.regions.models import Office, Region  # noqa: PLC0415
    from members.models import Person  # noqa: PLC0415
    from tests.factories.trainings import TrainingFactory  # noqa: PLC0415
    from trainings.actions import trainings  # noqa: PLC0415

    now = dt.datetime.now(dt.UTC)
    with transaction.atomic():
        Office.objects.get_or_create(region_id=CITY, defaults={"name": "Dinas", "short_name": "Dinas"})
        training = TrainingFactory(region=Region.objects.get(code=CITY))
        Person.objects.bulk_create(
            [
                Person(
                    full_name=f"Pemilik {n}",
                    phone=f"+62899{n:07d}",
                    village_id=VILLAGE,
                    source="IMPORT",
                    registered_at=now,
                )
                for n in range(owners)
            ],
            batch_size=2000,
        )
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE members_person")
        start = time.perf_counter()
        rows = trainings.announce(training=training, now=now)
        seconds = time.perf_counter() - start
        transaction.set_rollback(True)
    return rows, seconds


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "msme_platform.settings")
    django.setup()
    rows, seconds = announcement()
    print(f"announcement: {rows} outbox rows in {seconds:.2f} s")
