"""The fund in the office face: queues, buttons, and who may press which."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.ledger.models import Account, Transaction
from revolving_funds.models import Application, Loan, Pool, Repayment
from tests.factories import revolving_funds as make
from tests.factories.foundation import user_with_role

pytestmark = pytest.mark.django_db
LISTS = ("application", "loan", "repayment", "pool", "agreement")


@pytest.fixture
def pool() -> Pool:
    return make.pool(10_000_000, year=timezone.localdate().year)


def seen_by(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def deed(obj: Any, name: str) -> str:
    meta = obj._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_deed", args=[obj.uid, name])


def change(obj: Any) -> str:
    meta = obj._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[obj.uid])


SURVEY = {
    "is_operating": "on",
    "place_matches": "on",
    "monthly_sales": "4.000.000",
    "monthly_costs": "2.000.000",
    "other_debts": "0",
    "notes": "Ramai",
    "is_recommended": "1",
    "recommended_amount": "",
}


def test_three_people_take_an_application_to_its_loan(pool: Pool) -> None:
    today = timezone.localdate()
    application = make.checked(make.submitted(on=today))
    answer = seen_by(make.verifier()).post(deed(application, "survey"), SURVEY | {"visited_on": str(today)})
    assert answer.status_code == 302
    seen_by(make.approver()).post(deed(application, "approve"), {"amount": "2.000.000", "pool": pool.pk, "reason": ""})
    treasurer = seen_by(make.treasurer())
    treasurer.post(deed(application, "disburse"), {"pool": pool.pk, "disbursed_on": str(today)})
    loan = Loan.objects.get()
    assert Application.objects.get().status == "DISBURSED"
    key = uuid.uuid4()
    for _press in range(2):
        treasurer.post(deed(loan, "repay"), {"request_uid": str(key), "amount": "200.000", "paid_on": str(today)})
    assert (Repayment.objects.count(), Account.objects.get(pk=loan.account_id).balance) == (1, 1_800_000)


def test_a_refusal_stands_at_its_field(pool: Pool) -> None:
    loan = make.loan(on=timezone.localdate())
    answer = seen_by(make.treasurer()).post(
        deed(loan, "repay"),
        {
            "request_uid": str(uuid.uuid4()),
            "amount": "2.000.001",
            "paid_on": str(timezone.localdate()),
        },
    )
    assert "Sisa pinjaman ini hanya Rp2.000.000" in answer.content.decode()
    assert not Repayment.objects.exists()
    assert pool.year


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [
        (Role.VERIFIER, "survey", 200),
        (Role.APPROVER, "survey", 403),
        (Role.TREASURER, "survey", 403),
        (Role.VERIFIER, "approve", 403),
        (Role.APPROVER, "approve", 200),
        (Role.TREASURER, "disburse", 200),
        (Role.APPROVER, "disburse", 403),
        (Role.AUDITOR, "approve", 403),
        (Role.STAFF, "survey", 404),
    ],
)
@pytest.mark.usefixtures("pool")
def test_each_button_has_its_people(role: Role, name: str, status: int) -> None:
    application = {"survey": make.submitted, "approve": make.surveyed, "disburse": make.approved}[name](
        on=timezone.localdate()
    )
    assert seen_by(user_with_role(role, "16.71")).get(deed(application, name)).status_code == status
    assert seen_by(user_with_role(role, "32.04")).get(deed(application, name)).status_code == 404


def test_money_is_placed_once_however_often_it_is_pressed(pool: Pool) -> None:
    treasurer, key = seen_by(make.treasurer()), uuid.uuid4()
    for _press in range(2):
        treasurer.post(
            deed(pool, "place"),
            {
                "request_uid": str(key),
                "amount": "5.000.000",
                "placed_on": str(timezone.localdate()),
                "reference": "SP2D/1",
            },
        )
    assert Account.objects.get(pk=pool.available_id).balance == 15_000_000
    treasurer.post(deed(pool, "open-year"), {"year": pool.year + 1})
    assert Pool.objects.filter(year=pool.year + 1).exists()


def test_the_loan_list_finds_the_overdue_ones(pool: Pool) -> None:
    today = timezone.localdate()
    fresh = make.loan(on=today)
    old = make.loan(on=today)
    old.instalments.update(due_on=today, contract_due_on=today)
    old.instalments.filter(number=1).update(contract_due_on=today.replace(year=2020), due_on=today.replace(year=2020))
    type(old).objects.filter(pk=old.pk).update(disbursed_on=today.replace(year=2019))
    client = seen_by(make.treasurer())
    page = client.get(reverse("admin:revolving_funds_loan_changelist"), {"state": "overdue"}).content.decode()
    assert change(old) in page
    assert change(fresh) not in page
    here = client.get(reverse("admin:revolving_funds_loan_changelist"), {"district": "16.71.04", "bank": "bsb"})
    assert change(fresh) in here.content.decode()
    assert pool.year


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.usefixtures("pool")
def test_the_auditor_reads_every_list_and_another_citys_sees_none_of_it(name: str) -> None:
    make.repay(make.loan(on=timezone.localdate()), 200_000, timezone.localdate())
    url = reverse(f"admin:revolving_funds_{name}_changelist")
    here, there = seen_by(user_with_role(Role.AUDITOR, "16.71")), seen_by(user_with_role(Role.AUDITOR, "32.04"))
    model = {"application": Application, "loan": Loan, "repayment": Repayment, "pool": Pool}.get(name)
    row = model.objects.first() if model else make.bank().agreements.first()
    assert change(row) in here.get(url).content.decode()
    assert here.get(change(row)).status_code == 200
    assert change(row) not in there.get(url).content.decode()
    assert there.get(change(row)).status_code == 404
    assert seen_by(user_with_role(Role.FACILITATOR, "16.71.04")).get(url).status_code in {302, 403}


@pytest.mark.usefixtures("pool")
def test_the_auditor_reads_the_book_down_to_the_legs_and_changes_nothing() -> None:
    make.loan(on=timezone.localdate())
    entry = Transaction.objects.get(kind="DISBURSED")
    here, there = seen_by(user_with_role(Role.AUDITOR, "16.71")), seen_by(user_with_role(Role.AUDITOR, "32.04"))
    page = here.get(change(entry)).content.decode()
    assert "Rp2.000.000" in page
    assert here.get(reverse("admin:ledger_account_changelist")).status_code == 200
    assert change(entry) not in there.get(reverse("admin:ledger_transaction_changelist")).content.decode()
    assert here.get(reverse("admin:ledger_transaction_add")).status_code == 403
    assert seen_by(make.treasurer()).get(reverse("admin:ledger_transaction_changelist")).status_code == 403


@pytest.mark.parametrize("name", ["application", "loan", "repayment", "pool"])
@pytest.mark.usefixtures("pool")
def test_a_list_costs_the_same_with_one_row_and_with_three(name: str, django_assert_num_queries: Any) -> None:
    client, url = seen_by(user_with_role(Role.AUDITOR, "16.71")), reverse(f"admin:revolving_funds_{name}_changelist")
    today = timezone.localdate()
    make.repay(make.loan(on=today), 200_000, today)
    client.get(url)
    with CaptureQueriesContext(connection) as first:
        client.get(url)
    for _n in range(2):
        make.repay(make.loan(on=today), 200_000, today)
    with django_assert_num_queries(len(first)):
        client.get(url)
