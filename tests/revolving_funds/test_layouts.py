"""How a bank writes its files: tried before it is used, shared by every office of the bank or of one office alone."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from foundation.accounts.models import User
from foundation.regions.models import Office
from revolving_funds.actions import batches, claims, layouts, statements
from revolving_funds.bank_forms import BankUploadForm
from revolving_funds.enums import FilePurpose
from revolving_funds.layout_forms import PlacesField
from revolving_funds.models import BankBatch, FileLayout, StatementFile, SubsidyClaim
from tests.factories import revolving_funds as make
from tests.factories import statements as bank
from tests.factories.foundation import UserFactory
from tests.factories.revolving_funds import NOW, TODAY

pytestmark = pytest.mark.django_db

FIXED = {"number": [1, 16], "balance": [17, 12]}
STATEMENT = {"reference": "REF", "paid_on": "TGL", "amount": "JML"}
PAID = b"REF,TGL,JML\nA1,16/01/2026,200000\nA2,16/01/2026,100000\n"


def add(**changes: Any) -> tuple[FileLayout, int]:
    values: dict[str, Any] = {
        "office": None,
        "bank": make.bank(),
        "purpose": FilePurpose.BALANCES,
        "name": "Teks 2026",
        "form": "FIXED",
    }
    values |= {"columns": FIXED, "sample": b"1671-2026-000001     1800000\n", "by": make.treasurer(), "now": NOW}
    return layouts.add(**values | changes)


def of_office(purpose: str = "STATEMENT", **changes: Any) -> FileLayout:
    """A layout that the office of Palembang added for itself."""
    make.pool(0)
    kinds: dict[str, Any] = {
        "STATEMENT": {"columns": STATEMENT, "sample": PAID},
        "BILL": {"columns": {"number": "NO", "billed": "BUNGA"}, "sample": b"NO,BUNGA\n1671-2026-000001,10000\n"},
        "BATCH": {"columns": {"number": "NO"}, "sample": None},
    }
    values = {"office": make.office(), "purpose": purpose, "name": "Baru", "form": "CSV"}
    return add(**values | kinds[purpose] | changes)[0]


def next_door() -> Office:
    make.pool(0, code="32.73")
    return make.office("32.73")


def seen_by(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(deed: str, layout: FileLayout | None = None) -> str:
    if layout is None:
        return reverse("admin:revolving_funds_filelayout_list_deed", args=[deed])
    return reverse("admin:revolving_funds_filelayout_deed", args=[layout.uid, deed])


TYPED = {"purpose": "BALANCES", "name": "CSV 2026", "form": "CSV", "delimiter": ";", "encoding": "utf-8-sig"}
TYPED |= {"columns": "number: NO PINJAMAN\nbalance: SALDO", "skip_rows": "0", "date_format": "%d/%m/%Y", "decimal": ","}


def sample() -> SimpleUploadedFile:
    return SimpleUploadedFile("saldo.csv", b"NO PINJAMAN;SALDO\n1671-2026-000001;1800000\n")


def test_a_further_layout_is_tried_on_a_file_of_the_bank() -> None:
    made, lines = add()
    assert (lines, FileLayout.objects.get(pk=made.pk).places) == (1, FIXED)
    with pytest.raises(layouts.LayoutKnown):
        add()
    for wrong, refusal in (
        ({"sample": b"1671-2026-000001     18000x0\n"}, layouts.SampleUnreadable),
        ({"sample": None}, layouts.SampleMissing),
        ({"columns": {"number": [1, 16]}}, layouts.ColumnsWrong),
        ({"columns": FIXED | {"bunga": [29, 5]}}, layouts.ColumnsWrong),
        ({"columns": {"number": "NOMOR", "balance": "SISA"}}, layouts.ColumnsWrong),
        ({"columns": ["number"]}, layouts.ColumnsWrong),
    ):
        with pytest.raises(refusal):
            add(name="Lain", **wrong)
    assert not FileLayout.objects.filter(name="Lain").exists()


def test_what_we_write_ourselves_needs_no_file_of_the_bank() -> None:
    made, lines = add(purpose=FilePurpose.BATCH, columns={"number": [1, 20], "amount": [21, 12]}, sample=None)
    assert (made.purpose, lines) == ("BATCH", 0)


def test_the_systems_administrator_adds_for_every_office_and_a_treasurer_for_her_own() -> None:
    make.pool(0)
    next_door()
    admin, treasurer = UserFactory(is_superuser=True, is_staff=True), make.treasurer()
    values = TYPED | {"bank": make.bank().pk}
    for user, name in ((admin, "CSV 2026"), (treasurer, "CSV kita")):
        answer = seen_by(user).post(address("tambah"), values | {"name": name, "sample": sample()})
        assert answer.status_code == 302, answer.content.decode()
    shared, own = FileLayout.objects.get(name="CSV 2026"), FileLayout.objects.get(name="CSV kita")
    assert (shared.office, own.office) == (None, make.office())
    assert own.places == {"number": "NO PINJAMAN", "balance": "SALDO"}
    desk, other = seen_by(treasurer), seen_by(make.treasurer("32.73"))
    listed = reverse("admin:revolving_funds_filelayout_changelist")
    assert "CSV kita" in desk.get(listed).content.decode()
    assert "CSV kita" not in other.get(listed).content.decode()
    assert "CSV 2026" in other.get(listed).content.decode()
    assert desk.get(address("ubah", shared)).status_code == 403
    assert other.get(address("ubah", own)).status_code == 404
    assert seen_by(make.approver()).get(address("ubah", own)).status_code == 403
    changed = {name: TYPED[name] for name in ("delimiter", "encoding", "skip_rows", "date_format", "decimal")}
    wrong = desk.post(address("ubah", own), changed | {"columns": "number: NO\nbalance: SALDO", "sample": sample()})
    assert "NO" in wrong.content.decode()  # the heading is not in the file: nothing is changed
    assert own.places == FileLayout.objects.get(pk=own.pk).places
    assert desk.post(address("ubah", own), changed | {"columns": "number: NO\nbalance: SALDO"}).status_code == 302
    again = desk.post(address("tambah"), values | {"name": "CSV 2026", "sample": sample()})
    assert "sudah" in again.content.decode()  # no second one of a shared name


def test_an_office_adds_layouts_of_banks_it_works_with() -> None:
    make.pool(0)
    bjb = make.bank("bjb")
    with pytest.raises(layouts.NoAgreement):
        add(office=make.office(), bank=bjb)
    answer = seen_by(make.treasurer()).post(address("tambah"), TYPED | {"bank": bjb.pk, "sample": sample()})
    assert answer.status_code == 200
    assert not FileLayout.objects.filter(name="CSV 2026").exists()


def test_a_file_is_tried_and_nothing_is_kept() -> None:
    own, desk = of_office(), seen_by(make.treasurer())
    file = {"layout": own.pk, "sample": SimpleUploadedFile("mutasi.csv", PAID)}
    said = desk.post(address("coba"), file, follow=True).content.decode()
    assert "2 baris terbaca" in said
    assert "Rp\u00a0200.000" in said or "Rp200.000" in said
    assert not StatementFile.objects.exists()
    broken = {"layout": own.pk, "sample": SimpleUploadedFile("mutasi.csv", b"REF,TGL,JML\nA1,16/01/2026,x\n")}
    assert desk.post(address("coba"), broken).status_code == 200
    assert seen_by(make.approver()).get(address("coba")).status_code == 403
    with pytest.raises(layouts.NothingToRead):
        layouts.read(layout=bank.layout(purpose="BATCH"), content=b"x")


def test_a_layout_of_one_office_reads_and_writes_nothing_of_another() -> None:
    own, bill, batch = of_office(), of_office("BILL", name="Bunga"), of_office("BATCH", name="Kirim")
    other, by = next_door(), make.treasurer("32.73")
    there = make.pool(0, code="32.73").agreement
    values = {"by": by, "now": NOW}
    with pytest.raises(statements.OtherOfficesLayout):
        statements.receive(office=other, layout=own, name="x.csv", content=PAID, **values)
    with pytest.raises(statements.OtherOfficesLayout):
        batches.make(office=other, layout=batch, on=TODAY, **values)
    with pytest.raises(statements.OtherOfficesLayout):
        claims.receive(agreement=there, month=TODAY, layout=bill, name="x.csv", content=b"x", on=TODAY, **values)
    file, _new = statements.receive(office=make.office(), layout=own, name="x.csv", content=PAID, **values)
    assert file.layout == own
    row = {"bank": own.bank, "layout": own, "name": "y.csv", "sha256": "a" * 64, "content": b"y"}
    with pytest.raises(IntegrityError, match="another office"), transaction.atomic():
        StatementFile.objects.create(office=other, **row)
    with pytest.raises(IntegrityError, match="another office"), transaction.atomic():
        StatementFile.objects.filter(pk=file.pk).update(office=other)


@pytest.mark.parametrize("model", [BankBatch, SubsidyClaim])
def test_the_database_keeps_batches_and_bills_from_it_too(model: Any) -> None:
    """The rows are wanting in other ways: the layout is refused before those."""
    own, other = of_office(), next_door()
    if model is BankBatch:
        row = BankBatch(
            office=other, bank=own.bank, layout=own, made_by=make.treasurer(), sha256="a" * 64, content=b"x"
        )
        row.row_count = row.total = 1
    else:
        there = make.pool(0, code="32.73").agreement
        row = SubsidyClaim(agreement=there, month=TODAY.replace(day=1), layout=own, made_by=make.treasurer())
        row.fiscal_year, row.name, row.content = TODAY.year, "x.csv", b"x"
    with pytest.raises(IntegrityError, match="another office"), transaction.atomic():
        row.save(force_insert=True)


def test_a_layout_stays_with_its_office_its_bank_and_its_use() -> None:
    own, other = of_office(), next_door()
    rows = FileLayout.objects.filter(pk=own.pk)
    for changes in ({"office": other}, {"office": None}, {"bank": make.bank("bjb")}, {"purpose": "BILL"}):
        with pytest.raises(IntegrityError, match="stays with its office"), transaction.atomic():
            rows.update(**changes)
    same = {"bank": own.bank, "purpose": own.purpose, "name": own.name, "form": "CSV", "columns": []}
    with pytest.raises(IntegrityError, match="filelayout_once"), transaction.atomic():
        FileLayout.objects.create(office=own.office, **same)
    FileLayout.objects.create(office=other, **same)
    shared = bank.layout()
    again = {"bank": shared.bank, "purpose": shared.purpose, "name": shared.name, "form": "CSV", "columns": []}
    with pytest.raises(IntegrityError, match="filelayout_once"), transaction.atomic():
        FileLayout.objects.create(office=None, **again)


def test_the_bank_sends_by_the_layouts_of_the_offices_it_works_with() -> None:
    own, other = of_office(), next_door()
    layouts.give_first(bank=own.bank)
    here: Any = BankUploadForm(bank=own.bank, offices=[make.office()]).fields["layout"]
    there: Any = BankUploadForm(bank=own.bank, offices=[other]).fields["layout"]
    assert own in here.queryset
    assert own not in there.queryset
    assert there.queryset.count() == here.queryset.count() - 1


def test_where_the_values_stand_is_typed_a_line_each() -> None:
    field = PlacesField()
    places = {"reference": [1, 20], "amount": "JUMLAH: RP"}
    assert field.clean(field.prepare_value(places)) == places
    assert field.clean('{"amount": "JUMLAH"}') == {"amount": "JUMLAH"}
    for wrong in ("amount JUMLAH", "amount:", "a: B\na: C", "{x"):
        with pytest.raises(Exception, match=r"baris|dua kali"):
            field.clean(wrong)
