"""The fund's figures by every dimension, each of which opens its loans."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from foundation.common import clock
from foundation.regions.models import Office
from msme_platform.office.figures.fund import RISK
from revolving_funds.actions import cases, closing
from revolving_funds.enums import CaseKind
from revolving_funds.models import Instalment, Loan, Policy
from tests.factories import revolving_funds as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def loans() -> list[Loan]:
    """Three: of two banks, quarters and verifiers; the first is late, the last is eased."""
    today = timezone.localdate()
    lina, fitri = make.verifier(), make.verifier()
    make.pool(year=today.year)
    Policy.objects.update(next_working_day=False)
    first, second = make.loan(on=today, by=lina), make.loan(on=today, by=lina)
    make.pool(200_000_000, year=today.year, at="bjb")
    third = make.loan(on=today, by=fitri)
    old = today - dt.timedelta(days=120)
    Loan.objects.filter(pk=first.pk).update(disbursed_on=old)
    row = first.instalments.get(number=1)
    Instalment.objects.filter(pk=row.pk).update(contract_due_on=old, due_on=today - dt.timedelta(days=40))
    now = clock.now()
    case = cases.propose(
        loan=third, kind=CaseKind.RESTRUCTURE, reason="Sakit", by=make.verifier(), now=now, on=today, tenor_months=12
    )
    cases.approve(case=case, by=make.approver(), now=now, on=today)
    closing.close_day(office=Office.objects.get(), on=today, now=now)
    return [first, second, third]


def shown(client: Client, url: str) -> set[str]:
    return set(re.findall(r"1671-\d{4}-\d{6}", client.get(url).content.decode().replace("\u2011", "-")))


@pytest.mark.parametrize("figure", RISK, ids=lambda figure: figure.name)
def test_each_number_opens_the_loans_that_make_it(figure: Any, loans: list[Loan]) -> None:
    client = Client()
    client.force_login(make.approver())
    rows, total = figure.measure(Office.objects.get(), timezone.localdate())
    assert sum(row.cells["loans"] for row in rows) == len(loans)
    found: set[str] = set()
    for row in rows:
        opened = shown(client, row.links["loans"])
        assert len(opened) == row.cells["loans"], row.cells["part"]
        assert not opened & found
        found |= opened
        assert len(shown(client, row.links["eased"])) == bool(row.cells["eased"])
        for name in ("overdue_amount", "par30"):
            assert len(shown(client, row.links[name])) == bool(row.cells["overdue_amount"]), (name, row.cells["part"])
    assert found == {loan.number for loan in loans}
    assert total is not None
    assert shown(client, total.links["outstanding"]) == found
