"""A business is offered in the portal and changes hands when the one with that number agrees."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from foundation.common import clock
from foundation.notifications.models import Message
from members.actions import handovers, ownership
from members.models import ANSWER_WITHIN, Business, Doubt, HandOver, HandOverState
from tests.factories.foundation import UserFactory
from tests.factories.members import BusinessFactory, LicenceFactory, OwnerFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 20)


def offered(business: Any, phone: str, now: dt.datetime = NOW) -> HandOver:
    owner = business.owner
    return handovers.offer(business=business, phone=phone, on=DAY, reason="Anak", by=owner.user, now=now)


@pytest.fixture
def shop() -> Business:
    business: Business = BusinessFactory(owner=OwnerFactory())
    LicenceFactory(business=business)
    return business


def test_it_changes_hands_when_the_one_with_the_number_agrees(client: Client, shop: Business) -> None:
    heir, owner = OwnerFactory(), shop.owner
    client.force_login(owner.user)
    address = f"/saya/usaha/{shop.uid}/alih/"
    assert address in client.get("/saya/").text
    asked = {"phone": heir.user.phone, "start_on": clock.today(), "reason": "Dilanjutkan anak", "understood": "on"}
    assert client.post(address, {**asked, "phone": "12"}).status_code == 200
    assert client.post(address, {**asked, "phone": owner.user.phone}).status_code == 200
    assert client.post(address, asked)["Location"] == "/saya/"
    waiting = HandOver.objects.get()
    assert shop.owner == owner
    assert "Tarik" in client.get(address).text
    assert client.get(f"/alih/{waiting.uid}/").status_code == 404
    assert Message.objects.filter(kind="business_offered", user=heir.user).exists()
    client.force_login(heir.user)
    assert f"/alih/{waiting.uid}/" in client.get("/saya/").text
    assert owner.full_name in client.get(f"/alih/{waiting.uid}/").text
    assert client.get(address).status_code == 404
    assert client.post(f"/alih/{waiting.uid}/", {"accept": "1"})["Location"] == "/saya/"
    shop.refresh_from_db()
    waiting.refresh_from_db()
    assert (shop.owner, waiting.state) == (heir, HandOverState.ACCEPTED)
    assert Doubt.objects.filter(person=heir, message=ownership.MADE_OUT).exists()
    assert Message.objects.filter(kind="business_offer_answered", user=owner.user).exists()
    assert client.get(f"/alih/{waiting.uid}/").status_code == 404


def test_whether_a_number_is_registered_is_not_told_and_who_registers_later_may_still_agree(
    client: Client, shop: Business
) -> None:
    waiting = offered(shop, "+628127776665", clock.now())
    assert not Message.objects.filter(kind="business_offered").exists()
    user = UserFactory(phone="+628127776665")
    client.force_login(user)
    assert f"/alih/{waiting.uid}/" in client.get("/saya/").text
    assert "/daftar/" in client.get(f"/alih/{waiting.uid}/").text
    assert client.post(f"/alih/{waiting.uid}/", {"accept": "1"}).status_code == 200
    heir = OwnerFactory(user=user)
    handovers.accept(hand_over=waiting, by=user, now=clock.now())
    shop.refresh_from_db()
    assert shop.owner == heir


def test_the_new_owner_may_decline_and_the_owner_may_withdraw(client: Client, shop: Business) -> None:
    heir = OwnerFactory()
    first = offered(shop, heir.user.phone, clock.now())
    with pytest.raises(handovers.OfferedAlready):
        offered(shop, heir.user.phone, clock.now())
    client.force_login(heir.user)
    client.post(f"/alih/{first.uid}/", {"decline": "1"})
    first.refresh_from_db()
    assert first.state == HandOverState.DECLINED
    second = offered(shop, heir.user.phone, clock.now())
    client.force_login(shop.owner.user)
    client.post(f"/saya/usaha/{shop.uid}/alih/", {"withdraw": "1"})
    second.refresh_from_db()
    assert second.state == HandOverState.WITHDRAWN
    with pytest.raises(handovers.DecidedAlready):
        handovers.accept(hand_over=second, by=heir.user, now=clock.now())


def test_an_offer_ends_after_thirty_days_and_only_its_number_may_take_it(shop: Business) -> None:
    heir, stranger = OwnerFactory(), OwnerFactory()
    first = offered(shop, heir.user.phone)
    with pytest.raises(handovers.NotOffered):
        handovers.accept(hand_over=first, by=stranger.user, now=NOW)
    with pytest.raises(handovers.DecidedAlready):
        handovers.accept(hand_over=first, by=heir.user, now=NOW + ANSWER_WITHIN)
    second = offered(shop, heir.user.phone, NOW + ANSWER_WITHIN)
    ownership.hand_over(business=shop, new_owner=stranger, on=DAY, reason="", by=None, now=NOW)
    with pytest.raises(handovers.OwnerChanged):
        handovers.accept(hand_over=second, by=heir.user, now=NOW + ANSWER_WITHIN)


@pytest.mark.parametrize(
    ("fields", "constraint"), [({}, "handover_one_waiting"), ({"state": "ACCEPTED"}, "handover_decided_has_time")]
)
def test_the_database_refuses_two_waiting_and_a_decision_without_time(
    shop: Business, fields: dict[str, Any], constraint: str
) -> None:
    row = {"business": shop, "person": shop.owner, "phone": "+628127776665", "start_on": DAY, "asked_at": NOW}
    HandOver.objects.create(**row)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        HandOver.objects.create(**row, **fields)
