"""People see only what lies in their region."""

import pytest

from foundation.accounts.roles import PERMISSIONS, Role
from members.models import Business
from tests.factories.foundation import UserFactory, region, user_with_role
from tests.factories.members import BusinessFactory, OwnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def businesses() -> dict[str, Business]:
    """One in Ilir Barat Satu, one in Plaju, one in Bandung."""
    codes = {"here": "16.71.04.1001", "next": "16.71.14.1001", "far": "32.04.13.2001"}
    return {key: BusinessFactory(name=key, owner__village=region(code)) for key, code in codes.items()}


@pytest.mark.parametrize(
    ("role", "code", "seen"),
    [
        (Role.FACILITATOR, "16.71.04", {"here"}),
        (Role.STAFF, "16.71", {"here", "next"}),
        (Role.AUDITOR, "16", {"here", "next"}),
        (Role.AUDITOR, "", {"here", "next", "far"}),
        (Role.OBSERVER, "16", set()),
        (Role.PARTNER, "16.71", set()),
    ],
)
def test_a_role_sees_the_businesses_of_its_region(
    businesses: dict[str, Business], role: Role, code: str, seen: set[str]
) -> None:
    user = user_with_role(role, code)
    assert set(Business.objects.visible_to(user).values_list("name", flat=True)) == seen


def test_a_code_that_merely_begins_alike_is_another_region(businesses: dict[str, Business]) -> None:
    BusinessFactory(name="twelve", owner__village=region("16.71.12.1001"))
    assistant = user_with_role(Role.FACILITATOR, "16.71.12")
    assert set(Business.objects.visible_to(assistant).values_list("name", flat=True)) == {"twelve"}


def test_an_owner_sees_her_own_business_and_no_other(businesses: dict[str, Business]) -> None:
    mine = BusinessFactory(name="mine", owner=OwnerFactory())
    assert list(Business.objects.visible_to(mine.owner.user)) == [mine]


def test_a_role_that_has_ended_opens_nothing(businesses: dict[str, Business]) -> None:
    user = user_with_role(Role.STAFF, "16.71")
    user.assignments.update(end_on="2026-06-30")
    assert not Business.objects.visible_to(user).exists()


def test_a_blocked_account_sees_nothing(businesses: dict[str, Business]) -> None:
    user = user_with_role(Role.STAFF, "16.71", is_active=False)
    assert not Business.objects.visible_to(user).exists()


def test_a_stranger_without_role_sees_nothing(businesses: dict[str, Business]) -> None:
    assert not Business.objects.visible_to(UserFactory()).exists()


def test_permission_on_an_object_ends_at_the_region(businesses: dict[str, Business]) -> None:
    staff = user_with_role(Role.STAFF, "16.71")
    assert staff.has_perm("members.change_business", businesses["here"])
    assert not staff.has_perm("members.change_business", businesses["far"])


def test_the_auditor_changes_nothing() -> None:
    verbs = {permission.split(".")[1].split("_")[0] for permission in PERMISSIONS[Role.AUDITOR]}
    assert verbs == {"view"}


def test_what_lies_in_no_region_is_only_for_who_serves_the_whole_country() -> None:
    nobodys = UserFactory()
    assert not user_with_role(Role.STAFF, "16.71").has_perm("members.change_business", nobodys)
    assert user_with_role(Role.STAFF, "").has_perm("members.change_business", nobodys)
