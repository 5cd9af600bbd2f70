"""Guards that are on for every test, and the few fixtures that all of them share."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db.backends.postgresql.operations import DatabaseOperations
from django.template import engines

from tests import guards

LEFT_OUT = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Shut the doors before the first test is collected."""
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the tests' thread
    guards.close_the_door()
    guards.own_redis(os.environ.get("PYTEST_XDIST_WORKER", ""))
    config.stash[LEFT_OUT] = 0


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave browser tests out where there is no browser; CI refuses that. Benchmarks run by `make bench` only."""
    wanted = config.option.markexpr
    without = {"bench"} - {wanted}
    if guards.chromium() is None:
        without.add("e2e")
    kept = [item for item in items if not any(item.get_closest_marker(name) for name in without)]
    config.stash[LEFT_OUT] = sum(1 for item in items if item.get_closest_marker("e2e") and "e2e" in without)
    if config.stash[LEFT_OUT] and os.environ.get("CI"):
        raise pytest.UsageError(f"CI runs the browser tests too, and no Chromium is here: {guards.HOW_TO_GET_CHROMIUM}.")
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say in one line that the browser tests did not run, and what to do."""
    if guards.chromium() is None:
        terminalreporter.write_line(
            f"The browser tests were left out: no Chromium here; {guards.HOW_TO_GET_CHROMIUM}.", yellow=True
        )


@pytest.fixture(scope="session", autouse=True)
def _undefined_variables_fail() -> None:
    engines["django"].engine.string_if_invalid = guards.Undefined()  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _files_go_to_a_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = settings.MEDIA_ROOT, settings.DEMO_CLOCK_FILE
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    settings.DEMO_CLOCK_FILE = tmp_path_factory.mktemp("clock") / "demo_clock"
    yield
    settings.MEDIA_ROOT, settings.DEMO_CLOCK_FILE = before


@pytest.fixture(autouse=True)
def _the_cache_is_empty() -> None:
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def _emptying_between_tests_passes_the_append_only_guards() -> None:
    """Tests on real connections empty every table afterwards; TRUNCATE is what the book and the audit trail refuse."""
    empty = DatabaseOperations.execute_sql_flush

    def past_the_guards(self: DatabaseOperations, sql_list: list[str]) -> Any:
        return empty(self, ["SET LOCAL session_replication_role = replica", *sql_list])

    DatabaseOperations.execute_sql_flush = past_the_guards  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Debian's Chromium; tests that ask for it are marked `e2e` and left out where there is none."""
    found = guards.chromium()
    assert found, guards.HOW_TO_GET_CHROMIUM
    return Path(found)
