"""The bank's door: signed calls, each done once, for the bank's own loans alone."""

import datetime as dt
import json
import time
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from foundation.audit.models import Event
from foundation.ledger.models import Account
from revolving_funds import api, signing
from revolving_funds.actions import applications, bank_access, batches, hands, papers_of_loans, pools
from revolving_funds.models import AgreementPaper, Application, BalanceReport, Loan, Repayment
from tests.factories import clients
from tests.factories import revolving_funds as make
from tests.factories import statements as files

pytestmark = pytest.mark.django_db


class Bank:
    """A bank's system: its token, its secret, and calls signed with them."""

    def __init__(self, at: str = "bsb") -> None:
        cache.clear()
        client, self.token = clients.token("bank.report")
        _access, self.secret = bank_access.give(user=client.user, bank=make.bank(at), by=None, now=make.NOW)
        self.browser = Client()

    def call(self, method: str, path: str, body: Any = None, **changes: Any) -> Any:
        url = f"/api/v1/bank/{path}"
        data = json.dumps(body).encode() if body is not None else b""
        parts = {"timestamp": str(int(time.time())), "nonce": uuid.uuid4().hex}
        key = changes.pop("key", uuid.uuid4().hex)
        sent = changes.pop("sent", data)
        parts |= {name: changes.pop(name) for name in ("timestamp", "nonce") if name in changes}
        signature = signing.sign(self.secret, method=method, path=url, body=data, **parts)
        headers = {
            "authorization": f"Bearer {self.token}",
            "x-guyub-timestamp": parts["timestamp"],
            "x-guyub-nonce": parts["nonce"],
            "x-guyub-signature": changes.pop("signature", signature),
            "idempotency-key": key,
        }
        return self.browser.generic(method, url, sent, content_type="application/json", headers=headers)


def payment(loan: Loan, **changes: Any) -> dict[str, Any]:
    day = str(timezone.localdate())
    return {"reference": "TRX-1", "number": loan.number, "amount": 200_000, "paid_on": day, **changes}


def left(loan: Loan) -> int:
    return Account.objects.get(pk=loan.account_id).balance


@pytest.fixture
def loan() -> Loan:
    today = timezone.localdate()
    make.pool(50_000_000, year=today.year)
    return make.loan(on=today)


@pytest.fixture
def bank() -> Bank:
    return Bank()


def test_a_payment_is_booked_once_however_often_it_is_sent(bank: Bank, loan: Loan) -> None:
    first = bank.call("POST", "repayments/", payment(loan), key="trx-1-key")
    assert (first.status_code, first.json()["left"]) == (201, 1_800_000)
    again = bank.call("POST", "repayments/", payment(loan), key="trx-1-key")
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (201, first.json(), "true")
    other_key = bank.call("POST", "repayments/", payment(loan), key="another-key")
    assert other_key.json() == first.json() | {"left": 1_800_000}
    assert (Repayment.objects.count(), left(loan)) == (1, 1_800_000)


def test_the_same_key_or_reference_with_other_content_is_a_conflict(bank: Bank, loan: Loan) -> None:
    bank.call("POST", "repayments/", payment(loan), key="trx-1-key")
    assert bank.call("POST", "repayments/", payment(loan, amount=1), key="trx-1-key").status_code == 409
    assert bank.call("POST", "repayments/", payment(loan, amount=1), key="trx-2-key").status_code == 409
    assert left(loan) == 1_800_000


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"timestamp": str(int(time.time()) - 3_000)}, "timestamp"),
        ({"timestamp": "soon"}, "timestamp"),
        ({"nonce": "short"}, "nonce"),
        ({"signature": "0" * 64}, "signature"),
        ({"sent": b'{"amount": 1}'}, "signature"),
    ],
)
def test_a_call_with_a_wrong_signature_is_turned_away(
    bank: Bank, loan: Loan, changes: dict[str, Any], part: str
) -> None:
    answer = bank.call("POST", "repayments/", payment(loan), **changes)
    assert answer.status_code == 401
    assert part in answer.json()["message"]
    assert left(loan) == 2_000_000


def test_a_recorded_call_played_again_is_turned_away(bank: Bank, loan: Loan) -> None:
    again = {"nonce": uuid.uuid4().hex, "timestamp": str(int(time.time()))}
    assert bank.call("POST", "repayments/", payment(loan), **again).status_code == 201
    answer = bank.call("POST", "repayments/", payment(loan), **again)
    assert (answer.status_code, "replay" in answer.json()["message"]) == (401, True)


def test_a_token_without_a_bank_or_with_another_one_sees_nothing(bank: Bank, loan: Loan) -> None:
    other = Bank("bjb")
    assert other.call("POST", "repayments/", payment(loan)).status_code == 409
    assert other.call("GET", "loans/").json()["loans"] == []
    assert [row["number"] for row in bank.call("GET", "loans/").json()["loans"]] == [loan.number]
    seen = Event.objects.about("members.person", loan.person_id).filter(verb="person.seen")
    assert [event.data for event in seen] == [{"way": "api"}]  # the borrower reads which bank had her line
    unsigned = clients.caller("bank.report")
    assert unsigned.get("/api/v1/bank/loans/").status_code == 403


def test_a_rule_that_refuses_says_why_and_the_key_stays_free(bank: Bank, loan: Loan) -> None:
    answer = bank.call("POST", "repayments/", payment(loan, amount=3_000_000), key="too-much-1")
    assert (answer.status_code, answer.json()["extra"]) == (409, {"field": "amount"})
    assert bank.call("POST", "repayments/", payment(loan), key="too-much-1").status_code == 201
    assert bank.call("POST", "repayments/", payment(loan, amount=-1)).status_code == 400


def test_balances_are_compared(bank: Bank, loan: Loan) -> None:
    body = {"as_of": str(timezone.localdate()), "rows": [{"number": loan.number, "balance": 1}]}
    answer = bank.call("POST", "balances/", body)
    assert (answer.status_code, answer.json()) == (201, {"loans": 1, "differences": 1})
    assert BalanceReport.objects.get().bank.code == "bsb"


def approved(today: Any) -> Application:
    application = make.approved(on=today)
    papers_of_loans.make(application=application, by=None, now=make.NOW, on=today)
    return application


def test_an_approved_loan_is_confirmed_or_refused(bank: Bank, loan: Loan) -> None:
    today = timezone.localdate()
    yes, no = approved(today), approved(today)
    body = {"number": yes.paper.number, "answer": "DISBURSED", "disbursed_on": str(today)}
    done = bank.call("POST", "confirmations/", body)
    assert (done.status_code, done.json()["status"]) == (201, "DISBURSED")
    without = bank.call("POST", "confirmations/", {"number": no.paper.number, "answer": "REFUSED"})
    assert (without.status_code, without.json()["extra"]) == (409, {"field": "reason"})
    body = {"number": no.paper.number, "answer": "REFUSED", "reason": "Rekening tidak aktif"}
    assert bank.call("POST", "confirmations/", body).json()["status"] == "REJECTED"
    no.refresh_from_db()
    assert no.decision_reason == "Rekening tidak aktif"
    assert Account.objects.get(pk=no.pool.reserved_id).balance == 0
    assert bank.call("POST", "confirmations/", body | {"number": "PJ-1671-2026-999999"}).status_code == 409


def test_the_examples_of_the_description_work(bank: Bank, loan: Loan) -> None:
    """What the OpenAPI shows is sent as it stands, with the numbers and days of this test put in."""
    today = timezone.localdate()
    paper = approved(today).paper
    examples = [
        ("repayments/", api.PAYMENT | {"number": loan.number, "paid_on": str(today)}),
        ("confirmations/", api.REFUSAL | {"number": paper.number}),
        ("balances/", api.BALANCES | {"as_of": str(today)}),
    ]
    for path, body in examples:
        assert bank.call("POST", path, body).status_code == 201, path
    schema = clients.caller("bank.report").get("/api/v1/schema/").content.decode()
    assert "/api/v1/bank/repayments/" in schema
    assert api.PAYMENT["reference"] in schema


def test_a_batch_goes_out_and_the_answers_come_in(loan: Loan) -> None:
    today, by = timezone.localdate(), make.treasurer()
    yes, no = make.approved(on=today), make.approved(on=today)
    batch = batches.make(office=make.office(), layout=files.layout("CSV", "BATCH"), by=by, now=make.NOW, on=today)
    assert (batch.row_count, batch.total) == (2, 4_000_000)
    assert yes.paper.number in bytes(batch.content).decode()
    with pytest.raises(batches.NothingToSend):
        batches.make(office=make.office(), layout=files.layout("CSV", "BATCH"), by=by, now=make.NOW, on=today)
    rows = [
        {"number": yes.paper.number, "answer": "CAIR", "disbursed_on": today},
        {"number": no.paper.number, "answer": "TOLAK", "reason": "Data tidak cocok"},
    ]
    values = {"office": make.office(), "layout": files.layout("CSV", "CONFIRMATION"), "now": make.NOW}
    content = files.content(rows, purpose="CONFIRMATION")
    with pytest.raises(hands.SamePersonTwice, match=yes.paper.number):
        batches.take_answers(content=content, on=today, by=by, **values)
    values["by"] = make.treasurer()
    assert batches.take_answers(content=content, on=today, **values) == {"paid": 1, "refused": 1, "known": 0}
    assert batches.take_answers(content=content, on=today, **values) == {"paid": 0, "refused": 0, "known": 2}
    assert Loan.objects.filter(application=yes).exists()
    strange = files.content([{"number": "PJ-1", "answer": "CAIR"}], purpose="CONFIRMATION")
    with pytest.raises(batches.UnknownAnswer):
        batches.take_answers(content=strange, on=today, **values)


def test_an_agreement_is_made_once_and_keeps_its_hash(loan: Loan) -> None:
    import hashlib  # noqa: PLC0415 -- used here alone

    today = timezone.localdate()
    application = make.approved(on=today)
    paper = papers_of_loans.make(application=application, by=make.treasurer(), now=make.NOW, on=today)
    assert papers_of_loans.make(application=application, by=None, now=make.NOW, on=today) == paper
    paper.refresh_from_db()
    assert bytes(paper.content).startswith(b"%PDF")
    assert hashlib.sha256(bytes(paper.content)).hexdigest() == paper.sha256
    assert paper.number == f"PJ-1671-{today.year}-000001"


def test_a_hold_that_ran_out_takes_its_agreement_along_and_the_next_approval_gets_its_own(loan: Loan) -> None:
    """Otherwise the old paper, with its old amount, would go to the bank again, or the bank would answer to it."""
    today, by = timezone.localdate(), make.treasurer()
    application = make.approved(on=today)
    values = {"office": make.office(), "by": by, "now": make.NOW}
    batch = {**values, "layout": files.layout("CSV", "BATCH")}
    batches.make(**batch, on=today)
    old = application.paper
    late = application.reserved_until + dt.timedelta(days=1)
    assert pools.expire(on=late, now=make.NOW) == 1
    paid = files.content([{"number": old.number, "answer": "CAIR", "disbursed_on": today}], purpose="CONFIRMATION")
    answers = {**values, "layout": files.layout("CSV", "CONFIRMATION"), "content": paid}
    with pytest.raises(batches.AnswerTooLate, match=old.number):
        batches.take_answers(**answers, on=late)
    later = make.NOW + dt.timedelta(days=31)
    applications.approve(application=application, by=make.approver(), now=later, on=late, amount=1_500_000)
    sent = batches.make(**batch, on=late)
    new = Application.objects.get(pk=application.pk).paper
    assert (sent.row_count, sent.total) == (1, 1_500_000)
    assert (new.number != old.number, new.sha256 != old.sha256) == (True, True)
    with pytest.raises(batches.AnswerTooLate):
        batches.take_answers(**answers, on=late)
    old.refresh_from_db()
    assert (old.voided_at, new.voided_at) == (make.NOW, None)
    with pytest.raises(IntegrityError, match="agreementpaper_one_holds"), transaction.atomic():
        AgreementPaper.objects.update(voided_at=None)
    assert loan.number
