"""A second process of the product, beside the tests: a worker that can be killed, a service of its own."""

import os
import subprocess
import sys
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from foundation.jobs.models import Job

RUN = """
import sys, django
django.setup()
{before}
from foundation.jobs import tasks
tasks.run(int(sys.argv[1]))
"""


def database_url(name: str = "", *, user: str = "", password: str = "") -> str:
    """The address of a database on the tests' server, the tests' own unless named: over TCP or by a socket's folder.
    Another role logs in with `user` and `password`.
    """
    given = connection.settings_dict
    host = given["HOST"] or given["OPTIONS"].get("host", "")
    if not user:
        user, password = given["USER"], given["PASSWORD"]
    login = f"{quote(user)}:{quote(password)}" if password else quote(user)
    return f"postgres://{login}@/{name or given['NAME']}?host={quote(host, safe='')}&port={given['PORT'] or 5432}"


def worker(job: Job, *, before: str = "") -> "subprocess.Popen[bytes]":
    """A worker of its own that takes up the job, on the tests' database and files; `before` is Python that it runs first."""
    return script(RUN.format(before=before), str(job.pk))


def script(code: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """Python of its own, with the product's settings, on the tests' database and files."""
    more = {"DJANGO_SETTINGS_MODULE": "msme_platform.settings", "DATABASE_URL": database_url()}
    environment = {**os.environ, **more, "MEDIA_ROOT": str(settings.MEDIA_ROOT)}
    return subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=settings.BASE_DIR, env=environment)
