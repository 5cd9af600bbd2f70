"""Guards that are on for every test."""

from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations


@pytest.fixture(scope="session", autouse=True)
def _emptying_between_tests_passes_the_append_only_guards() -> None:
    """Tests on real connections empty every table afterwards; TRUNCATE is what the book and the audit trail refuse."""
    empty = DatabaseOperations.execute_sql_flush

    def past_the_guards(self: DatabaseOperations, sql_list: list[str]) -> Any:
        return empty(self, ["SET LOCAL session_replication_role = replica", *sql_list])

    DatabaseOperations.execute_sql_flush = past_the_guards  # type: ignore[method-assign]
