"""Bank files for tests, made of rows."""

import datetime as dt
from typing import Any

from revolving_funds import bank_files
from revolving_funds.actions import layouts, statements
from revolving_funds.models import Bank, FileLayout, StatementFile
from tests.factories import revolving_funds as make


def layout(form: str = "CSV", purpose: str = "STATEMENT", at: str = "bsb") -> FileLayout:
    bank: Bank = make.bank(at)
    layouts.give_first(bank=bank)
    return FileLayout.objects.get(bank=bank, purpose=purpose, form=form)


def content(rows: list[dict[str, Any]], form: str = "CSV", purpose: str = "STATEMENT") -> bytes:
    return bank_files.write(rows, layout(form, purpose))


def row(reference: str, amount: int, paid_on: dt.date, **more: Any) -> dict[str, Any]:
    return {"reference": reference, "amount": amount, "paid_on": paid_on, **more}


def received(rows: list[dict[str, Any]], *, on: dt.date, form: str = "CSV", by: Any = None) -> StatementFile:
    """A file of these rows, received and worked off on the day `on`."""
    now = dt.datetime.combine(on, dt.time(3), tzinfo=dt.UTC)
    file, _new = statements.receive(
        office=make.office(), layout=layout(form), name="mutasi.csv", content=content(rows, form), by=by, now=now
    )
    return statements.work_off(file=file, by=by, now=now, on=on)
