"""How a bank's files are laid out. The first rows are ours and serve every office of the bank, as do those that the system's
administrator adds; an office adds and changes its own, which serve it alone.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from foundation.regions.models import Office
from revolving_funds import bank_files
from revolving_funds.bank_files import NEEDED
from revolving_funds.enums import FileFormat, FilePurpose
from revolving_funds.models import Agreement, Bank, FileLayout

STATEMENT = {
    "reference": "REFERENSI",
    "paid_on": "TANGGAL",
    "amount": "JUMLAH",
    "loan_ref": "NOMOR PINJAMAN",
    "payer": "NAMA",
    "note": "KETERANGAN",
}
FIXED = {
    "reference": [1, 20],
    "paid_on": [21, 8],
    "amount": [29, 15],
    "loan_ref": [44, 20],
    "payer": [64, 30],
    "note": [94, 40],
}
BALANCES = {"number": "NOMOR PINJAMAN", "balance": "SISA POKOK"}
BATCH = {
    "number": "NOMOR PERMOHONAN",
    "name": "NAMA",
    "nik": "NIK",
    "phone": "TELEPON",
    "business": "USAHA",
    "village": "KELURAHAN/DESA",
    "amount": "POKOK",
    "tenor": "BULAN",
    "agreement": "NOMOR PERJANJIAN",
}
CONFIRMATION = {
    "number": "NOMOR PERMOHONAN",
    "answer": "JAWABAN",
    "disbursed_on": "TANGGAL CAIR",
    "reason": "ALASAN",
}
BILL = {"number": "NOMOR PINJAMAN", "billed": "BUNGA"}
# purpose, name, form, columns, form of dates
FIRST: tuple[tuple[FilePurpose, str, FileFormat, dict[str, Any], str], ...] = (
    (FilePurpose.STATEMENT, "CSV", FileFormat.CSV, STATEMENT, "%d/%m/%Y"),
    (FilePurpose.STATEMENT, "Excel", FileFormat.XLSX, STATEMENT, "%d/%m/%Y"),
    (FilePurpose.STATEMENT, "Teks", FileFormat.FIXED, FIXED, "%Y%m%d"),
    (FilePurpose.BALANCES, "CSV", FileFormat.CSV, BALANCES, "%d/%m/%Y"),
    (FilePurpose.BALANCES, "Excel", FileFormat.XLSX, BALANCES, "%d/%m/%Y"),
    (FilePurpose.BATCH, "Excel", FileFormat.XLSX, BATCH, "%d/%m/%Y"),
    (FilePurpose.BATCH, "CSV", FileFormat.CSV, BATCH, "%d/%m/%Y"),
    (FilePurpose.CONFIRMATION, "CSV", FileFormat.CSV, CONFIRMATION, "%d/%m/%Y"),
    (FilePurpose.BILL, "CSV", FileFormat.CSV, BILL, "%d/%m/%Y"),
    (FilePurpose.BILL, "Excel", FileFormat.XLSX, BILL, "%d/%m/%Y"),
    (FilePurpose.CONFIRMATION, "Excel", FileFormat.XLSX, CONFIRMATION, "%d/%m/%Y"),
)


# What a file of each kind may say.
KNOWN: dict[FilePurpose, tuple[str, ...]] = {
    FilePurpose.STATEMENT: tuple(STATEMENT),
    FilePurpose.BALANCES: tuple(BALANCES),
    FilePurpose.BATCH: tuple(BATCH),
    FilePurpose.CONFIRMATION: tuple(CONFIRMATION),
    FilePurpose.BILL: tuple(BILL),
}


class ColumnsWrong(ActionError):
    field = "columns"


class SampleMissing(ActionError):
    message = _("Add a file of the bank, so that the layout is tried before it is used.")
    field = "sample"


class SampleUnreadable(ActionError):
    field = "sample"


class LayoutKnown(ActionError):
    message = _("This bank already has a layout of that name.")
    field = "name"


class NoAgreement(ActionError):
    message = _("Your office has no agreement with this bank.")
    field = "bank"


class NothingToRead(ActionError):
    message = _("A list of approved loans is written by us, so there is nothing to try.")
    field = "layout"


@transaction.atomic
def give_first(*, bank: Bank) -> None:
    """The layouts a bank starts with; those that are there stay as they are."""
    FileLayout.objects.bulk_create(
        [
            FileLayout(bank=bank, purpose=purpose, name=name, form=form, columns=[*columns.items()], date_format=dates)
            for purpose, name, form, columns, dates in FIRST
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def add(
    *,
    office: Office | None,
    bank: Bank,
    purpose: str,
    name: str,
    form: str,
    columns: dict[str, Any],
    sample: bytes | None,
    by: User,
    now: datetime,
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
    skip_rows: int = 0,
    date_format: str = "%d/%m/%Y",
    decimal: str = ",",
) -> tuple[FileLayout, int]:
    """A further layout of a bank's files, for `office` alone or (none) for every office of the bank, tried on `sample`, a file
    that the bank sent: every line must be readable by it. What we write ourselves (a batch) needs none. Returns the layout
    and how many lines were read.

    Raises NoAgreement, ColumnsWrong, SampleMissing, SampleUnreadable (as the file's reader says), LayoutKnown.
    """
    if office is not None and not Agreement.objects.filter(office=office, bank=bank).exists():
        raise NoAgreement
    layout = FileLayout(
        office=office,
        bank=bank,
        purpose=purpose,
        name=name.strip(),
        form=form,
        columns=[*columns.items()] if isinstance(columns, dict) else columns,
        delimiter=delimiter,
        encoding=encoding,
        skip_rows=skip_rows,
        date_format=date_format,
        decimal=decimal,
    )
    _check(columns, layout)
    if sample is None and purpose != FilePurpose.BATCH:
        raise SampleMissing
    lines = _lines(sample, layout)
    known = FileLayout.objects.serving([office]) if office else FileLayout.objects.filter(office=None)
    if known.filter(bank=bank, purpose=purpose, name=layout.name).exists():
        raise LayoutKnown
    layout.save(force_insert=True)
    log.record("layout.added", layout, by=by, now=now, purpose=purpose, form=form, lines=lines)
    return layout, lines


@transaction.atomic
def change(*, layout: FileLayout, by: User, now: datetime, sample: bytes | None = None, **fields: Any) -> FileLayout:
    """Describe the files anew: columns, delimiter, encoding, skip_rows, date_format, decimal; tried on `sample` if there is
    one. Raises ColumnsWrong, SampleUnreadable.
    """
    layout = FileLayout.objects.locked(layout.pk)
    for name, value in fields.items():
        if name not in {"columns", "delimiter", "encoding", "skip_rows", "date_format", "decimal"}:
            raise TypeError(name)
        setattr(layout, name, value)
    _check(fields.get("columns", layout.places), layout)
    layout.columns = [*fields["columns"].items()] if "columns" in fields else layout.columns
    _lines(sample, layout)
    layout.save(update_fields=[*fields, "updated_at"])
    log.record("layout.changed", layout, by=by, now=now, fields=sorted(fields))
    return layout


def read(*, layout: FileLayout, content: bytes) -> list[dict[str, Any]]:
    """What a file says by this layout, line by line; nothing is kept. Raises NothingToRead, SampleUnreadable."""
    if layout.purpose == FilePurpose.BATCH:
        raise NothingToRead
    return [row.values for row in _read(content, layout)]


def _lines(sample: bytes | None, layout: FileLayout) -> int:
    return len(_read(sample, layout)) if sample is not None else 0


def _read(content: bytes, layout: FileLayout) -> list[Any]:
    try:
        return bank_files.read(content, layout)
    except bank_files.BadFile as fault:
        raise SampleUnreadable(str(fault)) from fault


def _check(columns: Any, layout: FileLayout) -> None:
    if not isinstance(columns, dict) or not columns:
        raise ColumnsWrong(_('Write each value with its heading, for example {"amount": "JUMLAH"}.'))
    unknown = [name for name in columns if name not in KNOWN[FilePurpose(layout.purpose)]]
    if unknown:
        raise ColumnsWrong(
            _("These values are not known here: %(names)s. Known are: %(known)s.")
            % {"names": ", ".join(unknown), "known": ", ".join(KNOWN[FilePurpose(layout.purpose)])}
        )
    missing = [name for name in NEEDED[layout.purpose] if name not in columns]
    if missing:
        raise ColumnsWrong(_("These values need a place: %(names)s.") % {"names": ", ".join(missing)})
    fixed = layout.form == FileFormat.FIXED
    for place in columns.values():
        pair = isinstance(place, list) and len(place) == 2 and all(isinstance(n, int) and n > 0 for n in place)  # noqa: PLR2004 -- [first, length]
        if fixed != pair:
            raise ColumnsWrong(
                _("In a text of fixed width each value has [first, length]; elsewhere it has a heading.")
            )
