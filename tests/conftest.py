"""Guards that are on for every test, and the few fixtures that all of them share."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.template import engines

from foundation.common import clock
from members import licensing_data, reference, retention_data
from members.models import (
    Kbli,
    LicenceProcess,
    LicenceRule,
    LicenceTerm,
    ProcessDocument,
    ProcessStep,
    RetentionRule,
    ScaleRule,
    StageRule,
)
from tests import guards
from tests.e2e.browser import HOW_TO_GET_IT, chromium

# What Django itself keeps about models and permissions: the same for every test.
ABOUT_MODELS = {"django_content_type", "auth_permission", "django_migrations"}
LEFT_OUT = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Shut the doors before the first test is collected."""
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the tests' thread
    guards.close_the_door()
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where a fresh checkout has none
    guards.own_redis(os.environ.get("PYTEST_XDIST_WORKER", ""))
    config.stash[LEFT_OUT] = 0


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave browser tests out where there is no browser; CI refuses that. Benchmarks run by `make bench` only."""
    wanted = config.option.markexpr
    without = {"bench"} - {wanted}
    if chromium() is None:
        without.add("e2e")
    kept = [item for item in items if not any(item.get_closest_marker(name) for name in without)]
    config.stash[LEFT_OUT] = sum(1 for item in items if item.get_closest_marker("e2e") and "e2e" in without)
    if config.stash[LEFT_OUT] and os.environ.get("CI"):
        raise pytest.UsageError(f"CI runs the browser tests too: {HOW_TO_GET_IT}")
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say in one line that the browser tests did not run, and what to do."""
    if chromium() is None:
        terminalreporter.write_line(f"The browser tests were left out: {HOW_TO_GET_IT}", yellow=True)


@pytest.fixture(scope="session", autouse=True)
def _undefined_variables_fail() -> None:
    engines["django"].engine.string_if_invalid = guards.Undefined()  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _files_go_to_a_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = settings.MEDIA_ROOT, settings.STATIC_ROOT, settings.DEMO_CLOCK_FILE
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")  # the server warns of a folder that is not there
    settings.DEMO_CLOCK_FILE = tmp_path_factory.mktemp("clock") / "demo_clock"
    yield
    settings.MEDIA_ROOT, settings.STATIC_ROOT, settings.DEMO_CLOCK_FILE = before


@pytest.fixture(autouse=True)
def _the_clock_is_right() -> Iterator[None]:
    """A story that moved the date leaves it as it found it."""
    yield
    clock.reset()


@pytest.fixture(autouse=True)
def _the_cache_is_empty() -> None:
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def _emptying_between_tests_passes_the_append_only_guards() -> None:
    """Tests on real connections empty the tables afterwards, which the book and the audit trail refuse.

    Only tables with rows are emptied, and what Django keeps about models stays: a tenth of the time of a whole flush.
    """

    def past_the_guards(self: DatabaseOperations, _sql_list: list[str]) -> None:
        tables = sorted(set(self.connection.introspection.django_table_names(only_existing=True)) - ABOUT_MODELS)
        rows = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables)
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute(rows)
            filled = [table for (table,) in cursor]
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in filled:
                cursor.execute(f"DELETE FROM {table}")
        # What migrations put in place (laws, lines of business) stands again for the next test.
        reference.load(kbli=Kbli, scale_rule=ScaleRule)
        licensing_data.load(
            rule=LicenceRule, term=LicenceTerm, process=LicenceProcess, step=ProcessStep, document=ProcessDocument
        )
        reference.load_stage_rules(StageRule)
        retention_data.load(RetentionRule)

    DatabaseOperations.execute_sql_flush = past_the_guards  # type: ignore[method-assign]
    flush.emit_post_migrate_signal = lambda *_args, **_kwargs: None
