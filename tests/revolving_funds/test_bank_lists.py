"""The loans of one bank: read pool by pool, listed as if they had been read together."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from revolving_funds.actions import programme
from revolving_funds.admin.loans import LoanAdmin, LoanList
from revolving_funds.models import Loan, Pool
from tests.factories import revolving_funds as make

pytestmark = pytest.mark.django_db
D = dt.date
LIST = "/kantor/revolving_funds/loan/"
NUMBER = re.compile(r"1671\u20112026\u2011\d{6}")


@pytest.fixture
def loans() -> list[Loan]:
    """Seven loans, newest first: of three pools of one bank and of another bank, out of order."""
    one = make.pool()
    same = [programme.open_pool(agreement=one.agreement, year=year, by=None, now=make.NOW) for year in (2024, 2025)]
    pools: list[Pool] = [one, *same, make.pool(0, at="bjb")]
    days = [
        D(2026, 1, 15),
        D(2026, 1, 16),
        D(2026, 1, 16),
        D(2026, 1, 17),
        D(2026, 1, 19),
        D(2026, 1, 19),
        D(2026, 1, 20),
    ]
    for number, day in enumerate(days):
        Loan.objects.filter(pk=make.loan(on=day).pk).update(pool=pools[(3 * number) % 4 if number else 1])
    return list(Loan.objects.order_by("-disbursed_on", "-id").select_related("pool__agreement__bank"))


def listed(client: Client, address: str) -> tuple[list[str], str]:
    page = client.get(address)
    found = list(dict.fromkeys(NUMBER.findall(page.content.decode())))
    return [number.replace("\u2011", "-") for number in found], page.context["cl"].next_url


@pytest.mark.parametrize("pools_at_once", [24, 2])  # more pools than that are read together
def test_a_bank_of_several_pools_is_leafed_through_as_one_list(
    monkeypatch: pytest.MonkeyPatch, loans: list[Loan], pools_at_once: int
) -> None:
    monkeypatch.setattr(LoanAdmin, "list_per_page", 2)
    monkeypatch.setattr(LoanList, "POOLS", pools_at_once)
    client = Client()
    client.force_login(make.approver(), backend="foundation.accounts.backends.LoginBackend")
    for bank in ("bsb", "bjb"):
        expected = [loan.number for loan in loans if loan.pool.agreement.bank.code == bank]
        found: list[Any] = []
        rows, following = listed(client, f"{LIST}?bank={bank}")
        while True:
            found += rows
            if not following:
                break
            rows, following = listed(client, LIST + following)
        assert found == expected
        assert len(expected) > 1
    assert listed(client, f"{LIST}?bank=bsb&state=closed")[0] == []
    assert listed(client, f"{LIST}?bank=none")[0] == []
    with CaptureQueriesContext(connection) as asked:
        last, _none = listed(client, f"{LIST}?bank=bsb&before=")
    assert any("UNION ALL" in query["sql"] for query in asked) == (pools_at_once == 24)
    assert last == [loan.number for loan in loans if loan.pool.agreement.bank.code == "bsb"][-2:]
