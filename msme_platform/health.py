"""For machines: is this process fit to serve (`/health/`), and its figures (`/health/metrics/`)."""

import hmac
import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

logger = logging.getLogger(__name__)
_migrated = False  # once true it stays true: a running process never loses a migration


def check_database() -> bool:
    """Whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def check_redis() -> bool:
    """Whether Redis takes and gives back a value."""
    cache.set("health", "well", timeout=10)
    return bool(cache.get("health") == "well")


def check_migrations() -> bool:
    """Whether the database has every migration of this version."""
    global _migrated  # noqa: PLW0603 -- building the graph costs 50 ms, too much for every probe
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


CHECKS: dict[str, Callable[[], bool]] = {
    "database": check_database,
    "redis": check_redis,
    "migrations": check_migrations,
}


def _passes(name: str) -> bool:
    try:
        return CHECKS[name]()
    except Exception:  # whatever fails, the answer is the same: not fit to serve
        logger.exception("Health check failed", extra={"check": name})
        return False


@login_not_required
@never_cache
@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """200 if this process can serve, 503 if not; which part fails is named, its details only go to the log."""
    found = {name: _passes(name) for name in CHECKS}
    return JsonResponse(
        {name: "ok" if passed else "fails" for name, passed in found.items()},
        status=200 if all(found.values()) else 503,
    )


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' figures for whoever has METRICS_TOKEN; for all others this page does not exist."""
    token = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), token.encode()):
        raise Http404
    answer: HttpResponse = ExportToDjangoView(request)
    return answer


urlpatterns = [path("", health, name="health"), path("metrics/", metrics, name="metrics")]
