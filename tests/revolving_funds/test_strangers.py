"""Who tries what is not meant for them: foreign loans, papers and photos by their address; calls of a bank bent or played
again; files that are made to hurt.
"""

import datetime as dt
import io
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.files.actions import uploads
from foundation.files.models import StoredFile
from revolving_funds import bank_files, signing
from revolving_funds.actions import bank_access, by_hand, layouts, statements
from revolving_funds.models import AgreementPaper, ApplicationDocument, BalanceReport, Loan, Repayment, StatementFile
from tests.factories import revolving_funds as make
from tests.factories import statements as files
from tests.factories.files import picture, upload
from tests.factories.foundation import user_with_role
from tests.revolving_funds.test_bank_door import Bank, left, payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> dt.date:
    return timezone.localdate()


@pytest.fixture
def loan(today: dt.date) -> Loan:
    make.pool(50_000_000, year=today.year)
    return make.loan(make.owner(full_name="Yani Suryani"), on=today)


def seen_by(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def stored(by: User) -> StoredFile:
    return uploads.store(upload(picture(), "kuitansi.jpg"), purpose="fund_receipt", by=by, now=make.NOW)


def officer(at: str, code: str) -> User:
    user = user_with_role(Role.BANK, code)
    bank_access.give(user=user, bank=make.bank(at), by=None, now=make.NOW)
    return user


STRANGERS: dict[str, Callable[[], User]] = {
    "another owner": lambda: make.owner().user,
    "the bank next door": lambda: officer("bjb", "16.71"),
    "the bank's officer of another city": lambda: officer("bsb", "32.04"),
    "an assistant of another district": lambda: user_with_role(Role.FACILITATOR, "16.71.09"),
    "an assistant of another city": lambda: user_with_role(Role.FACILITATOR, "32.04.05"),
    "a verifier of another city": lambda: user_with_role(Role.VERIFIER, "32.04"),
    "a treasurer of another city": lambda: user_with_role(Role.TREASURER, "32.04"),
    "a partner": lambda: user_with_role(Role.PARTNER, "16.71"),
}


@pytest.mark.ci
def test_nobody_else_reaches_a_loan_its_papers_or_its_photos(loan: Loan, today: dt.date) -> None:
    by = make.treasurer()
    shown = stored(by)
    paid = by_hand.record(
        loan=loan, amount=200_000, paid_on=today, request_uid=uuid.uuid4(), photo=shown, by=by, now=make.NOW, on=today
    )
    photos = [document.file.uid for document in ApplicationDocument.objects.select_related("file")]
    application = loan.application
    addresses = [reverse("files:read", args=[uid]) for uid in (*photos, shown.uid)]
    names = ("application-detail", "application-papers", "application-withdraw", "survey", "survey-bring")
    addresses += [reverse(f"revolving_funds:{name}", args=[application.uid]) for name in names]
    addresses += [loan.get_absolute_url(), reverse("revolving_funds:receipt", args=[paid.uid])]
    office = (("loan", loan, "rekening"), ("repayment", paid, "cetak"), ("application", application, "approve"))
    for model, row, deed in office:
        addresses.append(reverse(f"admin:revolving_funds_{model}_change", args=[row.uid]))
        addresses.append(reverse(f"admin:revolving_funds_{model}_deed", args=[row.uid, deed]))
    assert len(photos) >= 2
    for who, made in STRANGERS.items():
        client = seen_by(made())
        for address in addresses:
            for ask in (client.get, client.post):
                answer = ask(address)
                told = f"{who}: {address}: {answer.status_code}"
                assert answer.status_code in {302, 403, 404, 405}, (
                    told
                )  # sent back to one's own, or there is no such thing
                sent_to = answer.headers.get("Location", "/").partition("?")[0]
                assert sent_to in {"/", "/dana/bank/", "/kantor/login/"}, told
    application.refresh_from_db()
    assert (application.status, Repayment.objects.count()) == ("DISBURSED", 1)


# The bank's door


@pytest.fixture
def bank() -> Bank:
    return Bank()


def test_a_signed_call_fits_no_other_address_body_method_or_account(bank: Bank, loan: Loan) -> None:
    other = Bank("bjb")
    parts = {"timestamp": str(int(time.time())), "nonce": uuid.uuid4().hex}
    get = signing.sign(bank.secret, method="GET", path="/api/v1/bank/loans/", body=b"", **parts)
    assert bank.call("GET", "loans/?after=1", signature=get, **parts).status_code == 401  # not for this query
    assert bank.call("POST", "repayments/", payment(loan), signature=get, **parts).status_code == 401
    assert other.call("GET", "loans/", signature=get, **parts).status_code == 401  # another bank's token
    bank.token = other.token
    assert bank.call("GET", "loans/").status_code == 401  # another bank's token with one's own secret
    assert left(loan) == 2_000_000


@pytest.mark.parametrize("signature", ["", "\u00e9" * 64, "\udcff", "0" * 63, "0" * 10_000])
def test_a_signature_that_is_none_is_a_no_and_no_fault_of_ours(signature: str) -> None:
    parts = {"timestamp": str(int(time.time())), "nonce": uuid.uuid4().hex, "method": "GET", "path": "/"}
    with pytest.raises(signing.BadSignatureError, match="signature"):
        signing.check(secret="secret", signature=signature, body=b"", caller="1", **parts)


def test_moments_just_outside_the_window_are_turned_away_and_a_nonce_outlives_it(bank: Bank, loan: Loan) -> None:
    for shift in (-310, 310):  # some seconds for a slow machine
        late = bank.call("POST", "repayments/", payment(loan), timestamp=str(int(time.time()) + shift))
        assert late.status_code == 401
    used = {"nonce": uuid.uuid4().hex, "timestamp": str(int(time.time()) + 280)}  # its clock is ahead
    assert bank.call("GET", "loans/", **used).status_code == 200
    again = {"nonce": used["nonce"], "timestamp": str(int(time.time()))}  # signed anew with the old nonce
    assert bank.call("GET", "loans/", **again).status_code == 401


def test_the_key_of_one_bank_tells_another_nothing(bank: Bank, loan: Loan) -> None:
    first = bank.call("POST", "repayments/", payment(loan), key="the-same-key")
    other = Bank("bjb").call("POST", "repayments/", payment(loan), key="the-same-key")
    assert (first.status_code, other.status_code, "Idempotent-Replayed" in other.headers) == (201, 409, False)


NONSENSE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("repayments/", {"amount": 10**30}),
    ("repayments/", {"amount": "1e3"}),
    ("repayments/", {"amount": True}),
    ("repayments/", {"reference": "TRX\u0000"}),
    ("repayments/", {"number": ["1"]}),
    ("repayments/", {"paid_on": "9999-12-31"}),
    ("repayments/", {"paid_on": "0001-01-01"}),
    ("balances/", {"rows": [{"number": "x", "balance": 10**30}]}),
    ("balances/", {"rows": [{"number": "x" * 61, "balance": 1}]}),
    ("balances/", {"rows": [{"number": "x", "balance": 1}] * 2}),
    ("balances/", {"rows": "x"}),
    ("balances/", {"as_of": "9999-12-31"}),
    ("confirmations/", {"number": "PJ-1671-9999999999999-000001"}),
    ("confirmations/", {"answer": "MAYBE"}),
)


def test_a_call_with_nonsense_is_refused_with_a_reason(bank: Bank, loan: Loan) -> None:
    bank.browser.raise_request_exception = False
    right = payment(loan) | {
        "as_of": str(timezone.localdate()),
        "rows": [{"number": "x", "balance": 1}],
        "answer": "REFUSED",
    }
    for path, changes in NONSENSE:
        answer = bank.call("POST", path, right | changes)
        assert answer.status_code in {400, 409}, (path, changes, answer.status_code)
    assert (left(loan), BalanceReport.objects.count()) == (2_000_000, 0)


def test_junk_after_the_last_number_is_no_fault_of_ours(bank: Bank, loan: Loan) -> None:
    bank.browser.raise_request_exception = False
    for junk in ("%00", "%C2%B2", "9" * 300, "%27%3B--"):
        assert bank.call("GET", f"loans/?after={junk}").status_code in {200, 400}


def test_one_payment_is_one_however_its_reference_is_spaced(bank: Bank, loan: Loan, today: dt.date) -> None:
    assert bank.call("POST", "repayments/", payment(loan, reference="TRX  1\u00a02")).status_code == 201
    assert bank.call("POST", "repayments/", payment(loan, reference="TRX 1 2")).json()["left"] == 1_800_000
    file = files.received([files.row(" TRX 1  2", 200_000, today, loan_ref=loan.number)], on=today)
    assert (file.lines.get().state, Repayment.objects.get().reference) == ("POSTED", "TRX 1 2")
    assert left(loan) == 1_800_000


# Files


def test_the_very_same_file_tells_another_bank_or_office_nothing(loan: Loan, today: dt.date) -> None:
    rows = [files.row("TRX-1", 200_000, today, loan_ref=loan.number)]
    files.received(rows, on=today)
    make.pool(at="bjb", year=today.year)
    layouts.give_first(bank=make.bank("bjb"))
    content = files.content(rows)
    values: dict[str, Any] = {"name": "a.csv", "content": content, "by": None, "now": make.NOW}
    foreign = files.layout(at="bjb")
    for office, layout in ((make.office(), foreign), (make.office("32.04"), files.layout())):
        with pytest.raises(statements.CameElsewhere):
            statements.receive(office=office, layout=layout, **values)
    client = seen_by(officer("bjb", "16.71"))
    sheet = {"layout": foreign.pk, "file": SimpleUploadedFile("a.csv", content)}
    assert "kantor dinas lain" in client.post(reverse("revolving_funds:bank-send"), sheet).content.decode()
    files.reported({loan.number: 1}, as_of=today, on=today)
    with pytest.raises(statements.CameElsewhere):
        files.reported({loan.number: 1}, as_of=today, on=today, layout=files.layout(purpose="BALANCES", at="bjb"))
    assert (StatementFile.objects.count(), BalanceReport.objects.count()) == (1, 1)


def workbook(*cells: tuple[int, int, Any]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for row, column, value in cells:
        sheet.write(row, column, value)
    book.close()
    return out.getvalue()


def hurting() -> Iterator[tuple[str, str, bytes]]:
    heads = [(0, column, str(place)) for column, place in enumerate(files.layout("XLSX", "BALANCES").places.values())]
    good = workbook(*heads, (1, 0, "1"), (1, 1, 1))
    yield "a stray cell in the last corner", "XLSX", workbook(*heads, (1_048_575, 16_383, 1))
    yield "half a workbook", "XLSX", good[: len(good) // 2]
    yield "no workbook", "XLSX", b"PK\x03\x04" + b"\x00" * 100
    yield "a number beyond all numbers", "XLSX", workbook(*heads, (1, 0, "1"), (1, 1, 1e300))
    yield "a yes for an amount", "XLSX", workbook(*heads, (1, 0, "1"), (1, 1, True))
    yield "an endless number", "CSV", files.content([{"number": "9" * 500, "balance": 1}], purpose="BALANCES")
    yield "an endless field", "CSV", b'"' + b"x" * 300_000
    yield "zeros", "CSV", b"\x00" * 1_000
    yield "a picture", "CSV", picture()


@pytest.mark.ci
def test_a_file_that_is_made_to_hurt_ends_in_a_sentence(loan: Loan, today: dt.date) -> None:
    client = seen_by(officer("bsb", "16.71"))
    for name, form, content in hurting():
        file = SimpleUploadedFile("saldo.xlsx", content)
        sheet = {"layout": files.layout(form, "BALANCES").pk, "file": file, "as_of": str(today)}
        page = client.post(reverse("revolving_funds:bank-send"), sheet)
        assert (page.status_code, "data-errors" in page.content.decode()) == (200, True), name
    assert not BalanceReport.objects.exists()


def test_days_of_a_workbook_are_days_whatever_the_layout_says_of_text(today: dt.date) -> None:
    layout = files.layout("XLSX")
    rows = [files.row("TRX-1", 200_000, dt.date(2026, 3, 4), payer="=HYPERLINK(1)")]
    found = bank_files.read(bank_files.write(rows, layout), layout)[0].values
    assert (found["paid_on"], found["amount"], found["payer"]) == (dt.date(2026, 3, 4), 200_000, "=HYPERLINK(1)")


POLYGLOTS = {
    "a page": b"<html><script>alert(1)</script>",
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a program": b"MZ" + b"\x00" * 200,
    "half a picture": picture()[:60],
    "an archive": workbook((0, 0, 1)),
    "nothing": b"",
}


def test_a_receipt_that_is_no_photo_and_no_pdf_is_refused(loan: Loan, today: dt.date) -> None:
    client = seen_by(make.treasurer())
    address = reverse("admin:revolving_funds_loan_deed", args=[loan.uid, "repay"])
    values = {"amount": "200.000", "paid_on": str(today), "request_uid": str(uuid.uuid4())}
    for what, content in POLYGLOTS.items():
        page = client.post(address, values | {"photo": upload(content, "../../etc/kuitansi.jpg")})
        assert page.status_code == 200, what
    assert not Repayment.objects.exists()
    assert not StoredFile.objects.filter(purpose="fund_receipt").exists()


def test_a_photo_with_a_page_behind_it_is_drawn_anew_and_cannot_run(loan: Loan, today: dt.date) -> None:
    by = make.treasurer()
    client = seen_by(by)
    address = reverse("admin:revolving_funds_loan_deed", args=[loan.uid, "repay"])
    sent = upload(picture() + b"<script>alert(1)</script>", "a.html")
    values = {"amount": "200.000", "paid_on": str(today), "request_uid": str(uuid.uuid4()), "photo": sent}
    assert client.post(address, values).status_code == 302
    photo = Repayment.objects.get().photo
    answer = client.get(reverse("files:read", args=[photo.uid]))
    assert b"<script>" not in b"".join(answer)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_the_photo_of_another_payment_cannot_be_used_again(loan: Loan, today: dt.date) -> None:
    """A hidden control that names a file which somebody else stored, or that is used already."""
    by, other = make.treasurer(), make.treasurer()
    address = reverse("admin:revolving_funds_loan_deed", args=[loan.uid, "repay"])
    for kept in (stored(other), StoredFile.objects.filter(used_at__isnull=False)[0]):
        values = {"amount": "1.000", "paid_on": str(today), "request_uid": str(uuid.uuid4())}
        seen_by(by).post(address, values | {"photo-tersimpan": str(kept.uid)})
    assert not Repayment.objects.filter(photo__isnull=False).exists()
    assert AgreementPaper.objects.filter(voided_at__isnull=False).count() == 0
