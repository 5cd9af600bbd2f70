"""The whole main job in one story: from a stranger with a phone to the figures on the office's desk.

Yani (owner) and Rizky (her district's assistant) on a phone of 360 px; at the office's desk Hendra (staff), Lina
(verifier), Agus (approver) and Tuti (treasurer). Days pass by `run_day`. Screenshots lie in var/screenshots/.
"""

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from forums.actions.seeding import seed_boards
from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.regions.loading import load_regions
from members.models import Person
from tests.e2e.chapters import desk, follow_up, forum, fund, members, trainings
from tests.e2e.chapters.cast import Cast, move_to
from tests.factories import revolving_funds as funds
from tests.factories.foundation import UserFactory, office, user_with_role

pytestmark = [pytest.mark.e2e, pytest.mark.ci, pytest.mark.django_db(transaction=True)]

START = dt.date(2027, 1, 11)  # a Monday; ahead of us, since accounts are as old as the test
DISTRICT, CITY = "16.71.04", "16.71"


@pytest.fixture
def people() -> dict[str, User]:
    """Everybody but the owner, who comes by herself."""
    load_regions()
    seed_boards(office(CITY))
    funds.pool(50_000_000, year=2027)
    return {
        "rizky": user_with_role(Role.FACILITATOR, DISTRICT, full_name="Rizky Maulana", phone="+6281200005002"),
        "hendra": user_with_role(Role.STAFF, CITY, full_name="Hendra Saputra", phone="+6281200005003"),
        "fitri": user_with_role(Role.VERIFIER, CITY, full_name="Fitri Oktaviani", phone="+6281200005007"),
        "lina": user_with_role(Role.VERIFIER, CITY, full_name="Lina Marlina", phone="+6281200005004"),
        "agus": user_with_role(Role.APPROVER, CITY, full_name="Agus Salim", phone="+6281200005005"),
        "tuti": user_with_role(Role.TREASURER, CITY, full_name="Tuti Handayani", phone="+6281200005006"),
    }


@pytest.fixture
def rahma(people: dict[str, User]) -> Person:
    """Another owner of the district, registered before."""
    user = UserFactory(full_name="Rahma Fitriani", phone="+6281200005011")
    return funds.owner(full_name="Rahma Fitriani", user=user, phone="+6281200005011")


@pytest.fixture
def cast(
    new_page: Callable[..., Page],
    screenshot: Callable[[Page, str], None],
    people: dict[str, User],
    rahma: Person,
    login_as: Callable[..., None],
) -> Cast:
    """Everybody at the phone or the desk; Yani and the stranger are not logged in."""
    move_to(START)
    found = Cast(new_page, screenshot)
    for name, user in people.items():
        login_as(found.page(name, desk=name != "rizky"), user)
    login_as(found.page("rahma"), rahma.user, rahma.village_id)
    return found


def test_the_main_job(cast: Cast, rahma: Person) -> None:
    members.an_owner_signs_up(cast)
    members.an_assistant_registers_who_has_no_smartphone(cast)
    members.staff_find_and_open_them(cast)
    trainings.an_assistant_schedules_and_announces(cast)
    trainings.places_fill_and_the_next_one_waits(cast)
    trainings.both_mornings_at_the_door(cast)
    trainings.anyone_can_check_the_certificate(cast)
    move_to(fund.DISBURSED)
    fund.she_applies(cast)
    fund.four_people_decide(cast)
    fund.another_owner_borrows_too(rahma)
    forum.a_question_is_answered(cast)
    forum.a_report_reaches_the_assistant(cast)
    follow_up.the_day_comes_and_she_answers(cast)
    follow_up.silence_becomes_a_task_of_the_assistant(cast)
    fund.the_rest_comes_back_on_time(cast)
    fund.a_late_one_stays_shut(cast)
    desk.the_figures_stand_there(cast)
