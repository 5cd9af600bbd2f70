"""The other side of `python -m bench ledger`: bare transfers of django-hordak, in an interpreter of its own.

`PYTHON hordak_side.py postgres://user@host:port/database clients seconds` where PYTHON has django-hordak (see
requirements/hordak.txt). Prints transfers a second. It is no part of the platform and shares nothing with it.
"""

import multiprocessing
import sys
import time
from typing import Any
from urllib.parse import urlparse

import django
from django.conf import settings

WARM, BEGIN_WITHIN = 3, 60.0  # as in ledger.py


def configure(address: str) -> None:
    """Django for hordak alone."""
    url = urlparse(address)
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": url.path.lstrip("/"),
                "USER": url.username,
                "HOST": url.hostname,
                "PORT": url.port,
            }
        },
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
        SECRET_KEY="bench",
        CURRENCIES=["IDR"],
        DEFAULT_CURRENCY="IDR",
    )
    django.setup()


def client(number: int, seconds: float, counts: "multiprocessing.Queue[int]", together: Any) -> None:
    """Transfers between two accounts of its own until the time is over."""
    from django.db import connection  # noqa: PLC0415
    from hordak.models import Account  # noqa: PLC0415
    from moneyed import Money  # noqa: PLC0415

    connection.close()
    source = Account.objects.get(code=f"{2 * number + 1}")
    target = Account.objects.get(code=f"{2 * number + 2}")
    for _warm in range(WARM):
        source.transfer_to(target, Money(200_000, "IDR"))
    together.wait(BEGIN_WITHIN)
    done, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        source.transfer_to(target, Money(200_000, "IDR"))
        done += 1
    counts.put(done)


def main() -> None:
    """Migrate, make accounts, let the clients loose."""
    address, clients, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    configure(address)
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from hordak.models import Account  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    for number in range(2 * clients):
        code = str(number + 1)
        if not Account.objects.filter(code=code).exists():
            Account.objects.create(name=code, code=code, type="AS", currencies=["IDR"])
    connection.close()
    counts: multiprocessing.Queue[int] = multiprocessing.Queue()
    together = multiprocessing.Barrier(clients)
    workers = [multiprocessing.Process(target=client, args=(n, seconds, counts, together)) for n in range(clients)]
    for worker in workers:
        worker.start()
    total = sum(counts.get() for _worker in workers)
    for worker in workers:
        worker.join()
    print(total / seconds)


main()
