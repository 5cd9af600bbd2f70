"""gunicorn's settings, the same in the demo and in production."""

import gc
import os
from collections import Counter
from contextlib import suppress
from typing import Any

wsgi_app = "msme_platform.wsgi"
bind = os.environ.get("BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Most threads wait: for the database, or for the lock of a training that hundreds want to join, whose wishes are then
# carried out together (foundation.common.gathering). Each keeps one connection: 2 x 24 of the database's 100.
threads = int(os.environ.get("WEB_THREADS", "24"))
worker_class = "gthread"
preload_app = True  # loaded once: a process that takes the place of another answers at once
# A process takes no more than it can work on; else the first one awake takes all that wait, and the other has none.
worker_connections = 2 * threads
timeout = 60
graceful_timeout = 8
keepalive = 5
max_requests = 5000  # a slow leak never grows old
max_requests_jitter = 500
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
control_socket_disable = True


def when_ready(_server: Any) -> None:
    """Load what the first visitors would wait for, each of their threads for itself; what is loaded stays for good.

    So the collector need not look through it while hundreds wait (a fifth of a second each time). And it looks for
    what goes round in circles less often than Python would by itself: each request leaves a circle of some hundred parts.
    """
    from django.conf import settings  # noqa: PLC0415 -- the app is loaded by now
    from django.urls import NoReverseMatch, get_resolver, reverse  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for namespace in get_resolver().namespace_dict:
                with suppress(NoReverseMatch):  # to ask is enough: every view, address and text is read
                    reverse(f"{namespace}:")
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def pre_fork(server: Any, worker: Any) -> None:
    """Each process has a core of its own, as long as there are enough: of its threads one runs at a time, and finds there
    what the last one left. Spread over all cores they work a sixth more for the same.
    """
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [None]  # Linux has it
    taken = Counter(getattr(other, "core", None) for other in server.WORKERS.values())
    worker.core = min(cores, key=taken.__getitem__)


def post_fork(_server: Any, worker: Any) -> None:
    if worker.core is not None:
        os.sched_setaffinity(0, {worker.core})


def child_exit(_server: Any, worker: Any) -> None:
    """Forget a dead process's numbers in the shared metrics folder."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess  # noqa: PLC0415 -- only with the folder set

        multiprocess.mark_process_dead(worker.pid)
