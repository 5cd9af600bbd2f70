"""Triggers that several append-only tables share."""

import pgtrigger


def no_truncate() -> pgtrigger.Trigger:
    """pgtrigger.Protect does not stop TRUNCATE; this does."""
    return pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'This table is append-only: it cannot be truncated.';",
    )
