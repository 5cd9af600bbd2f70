"""gunicorn's settings, the same in the demo and in production."""

import gc
import os
from typing import Any

wsgi_app = "msme_platform.wsgi"
bind = os.environ.get("BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Most threads wait: for the database, or for the lock of a training that hundreds want to join, whose wishes are then
# carried out together (foundation.common.gathering). Each keeps one connection: 2 x 24 of the database's 100.
threads = int(os.environ.get("WEB_THREADS", "24"))
worker_class = "gthread"
# A process takes no more than it can work on; else the first one awake takes all that wait, and the other has none.
worker_connections = 2 * threads
timeout = 60
graceful_timeout = 8
keepalive = 5
max_requests = 5000  # a slow leak never grows old
max_requests_jitter = 500
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
control_socket_disable = True


def post_worker_init(_worker: Any) -> None:
    """What is loaded stays for good: the collector need not look through it while hundreds wait (a fifth of a second each time)."""
    from django.urls import get_resolver  # noqa: PLC0415 -- the app is loaded by now

    _ = (
        get_resolver().url_patterns
    )  # else the first visitor waits for the views, and they would not be among what stays
    gc.collect()
    gc.freeze()


def child_exit(_server: Any, worker: Any) -> None:
    """Forget a dead process's numbers in the shared metrics folder."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess  # noqa: PLC0415 -- only with the folder set

        multiprocess.mark_process_dead(worker.pid)
