"""Bank files for tests, made of rows."""

import datetime as dt
from typing import Any

from revolving_funds import bank_files
from revolving_funds.actions import balances, batches, claims, layouts, statements
from revolving_funds.models import BalanceReport, Bank, BankBatch, FileLayout, Pool, StatementFile, SubsidyClaim
from tests.factories import revolving_funds as make


def layout(form: str = "CSV", purpose: str = "STATEMENT", at: str = "bsb") -> FileLayout:
    bank: Bank = make.bank(at)
    layouts.give_first(bank=bank)
    return FileLayout.objects.get(bank=bank, office=None, purpose=purpose, form=form)


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


def reported(rows: dict[str, int], *, as_of: dt.date, **changes: Any) -> BalanceReport:
    """The bank's balances (number -> rupiah left) as of a day, compared."""
    sheet = content([{"number": number, "balance": left} for number, left in rows.items()], purpose="BALANCES")
    values = {"layout": layout(purpose="BALANCES"), "name": "saldo.csv", "content": sheet, "by": None, "now": make.NOW}
    report, _new = balances.receive(
        office=make.office(), as_of=as_of, **{"on": dt.date(2026, 6, 30)} | values | changes
    )
    return report


def billed(pool: Pool, month: dt.date, rows: dict[str, int], **changes: Any) -> SubsidyClaim:
    """A bank's bill for a month (number -> rupiah), computed."""
    sheet = content([{"number": number, "billed": sum_} for number, sum_ in rows.items()], purpose="BILL")
    values: dict[str, Any] = {"layout": layout(purpose="BILL"), "name": "tagihan.csv", "on": dt.date(2028, 1, 1)}
    values |= {"by": changes.pop("by", None) or make.treasurer(), "now": make.NOW}
    claim = claims.receive(agreement=pool.agreement, month=month, content=sheet, **values | changes)
    return claims.compute(claim=claim, now=make.NOW)


def batch(*, by: Any, on: dt.date) -> BankBatch:
    """Everything approved that waits, handed to the bank."""
    return batches.make(office=make.office(), layout=layout("CSV", "BATCH"), by=by, now=make.NOW, on=on)
