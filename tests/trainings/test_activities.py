"""Budget lines (RKA/DPA) with a target: no training under them gives away more places than that."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.common.querysets import BaseQuerySet
from tests.factories.foundation import office, user_with_role
from tests.factories.members import OwnerFactory, PersonFactory
from tests.factories.trainings import FIRST, NOW, TrainingFactory
from tests.trainings.test_races import at_once, uncounted
from trainings import quotas
from trainings.actions import enrolments, offers, plans, trainings
from trainings.enums import EnrolmentState, ProposalSource
from trainings.models import Enrolment, PlanActivity, PlanShare, Training, YearPlan

pytestmark = pytest.mark.django_db
OWN, PD = ProposalSource.OWN, ProposalSource.PD
CONFIRMED, OFFERED, WAITING = EnrolmentState.CONFIRMED, EnrolmentState.OFFERED, EnrolmentState.WAITING


def drawn(*, is_binding: bool = True, **places: int) -> YearPlan:
    return plans.draw_up(
        office=office(),
        year=FIRST.year,
        shares={ProposalSource(source): (count, 0) for source, count in (places or {"OWN": 50, "PD": 50}).items()},
        is_binding=is_binding,
        release_on=dt.date(FIRST.year, 11, 30),
        by=None,
        now=NOW,
    )


def line_of(plan: YearPlan, places: int, code: str = "2.17.06") -> PlanActivity:
    return plans.add_activity(
        plan=plan, code=code, title="Pelatihan", places=places, budget=1_000_000, by=None, now=NOW
    )


def under(line: PlanActivity | None, **facts: Any) -> Training:
    return TrainingFactory(activity=line, **facts)


def enrol(training: Training, source: ProposalSource | None = None) -> Enrolment:
    return enrolments.enrol(training=training, person=PersonFactory(), source=source, by=None, now=NOW)


def state_of(row: Enrolment) -> str:
    return Enrolment.objects.get(pk=row.pk).state


def test_a_place_beyond_the_activitys_target_waits_over_all_its_trainings_and_sources() -> None:
    line = line_of(drawn(), 2)
    first, second = under(line), under(line)
    assert [enrol(first, PD).state, enrol(second, OWN).state] == [CONFIRMED, CONFIRMED]
    assert [enrol(first, OWN).state, enrol(second, PD).state] == [WAITING, WAITING]
    assert enrol(under(None)).state == CONFIRMED


def test_a_group_beyond_the_target_waits_as_a_whole() -> None:
    training = under(line_of(drawn(), 2))
    people = PersonFactory.create_batch(3)
    rows = enrolments.enrol_party(training=training, people=people, name="KUB", source=PD, by=None, now=NOW)
    assert {row.state for row in rows} == {WAITING}
    assert enrol(training).state == CONFIRMED


@pytest.mark.parametrize(("is_binding", "places"), [(False, 1), (True, 0)])
def test_no_limit_without_a_target_or_in_a_plan_that_does_not_bind(is_binding: bool, places: int) -> None:
    training = under(line_of(drawn(is_binding=is_binding), places))
    assert {enrol(training).state for _turn in range(2)} == {CONFIRMED}


def test_the_release_of_unused_places_keeps_to_the_target() -> None:
    plan = drawn(PD=5, OWN=0)
    training = under(line_of(plan, 1))
    waits = [enrol(training, OWN), enrol(training, OWN)]
    plans.release(plan=plan, by=None, now=NOW)
    assert [state_of(row) for row in waits] == [OFFERED, WAITING]


def test_what_one_training_gives_back_is_offered_in_another_of_the_same_activity() -> None:
    line = line_of(drawn(), 1)
    gone, waits = enrol(under(line)), enrol(under(line))
    enrolments.cancel(enrolment=gone, by=None, now=NOW)
    assert state_of(waits) == WAITING
    assert offers.catch_up(now=NOW) == 1
    assert state_of(waits) == OFFERED
    assert offers.catch_up(now=NOW) == 0


def test_nobody_rises_in_a_training_that_is_called_off() -> None:
    line = line_of(drawn(), 1)
    training = under(line)
    enrol(training)
    waits = enrol(training)
    trainings.cancel(training=training, reason="Banjir", by=None, now=NOW)
    plans.change_activity(activity=line, title="", places=9, budget=1, by=None, now=NOW)
    assert offers.catch_up(now=NOW) == 0
    assert state_of(waits) == WAITING


def test_a_changed_dpa_never_cuts_below_what_is_taken_or_spent_and_more_places_go_to_the_queue() -> None:
    line = line_of(drawn(), 2)
    training = under(line)
    waits = [enrol(training) for _turn in range(3)][-1]

    def change(places: int, budget: int = 500_000) -> PlanActivity:
        return plans.change_activity(activity=line, title="", places=places, budget=budget, by=None, now=NOW)

    with pytest.raises(plans.ActivityTaken, match="2 "):
        change(1)
    plans.spend(activity=line, amount=400_000, spent_on=NOW.date(), document="1", by=None, now=NOW)
    with pytest.raises(plans.BudgetSpent, match=r"400\.000"):
        change(3, 399_999)
    assert (change(3).title, state_of(waits)) == ("Pelatihan", OFFERED)
    assert Event.objects.filter(verb="plan.activity_changed").get().data["before"]["places"] == 2


def test_a_training_is_not_put_under_an_activity_that_has_no_room_for_its_places() -> None:
    plan = drawn()
    small, large = line_of(plan, 1, "1"), line_of(plan, 5, "2")
    training = under(None)
    enrol(training)
    enrol(training)
    with pytest.raises(plans.ActivityTaken):
        plans.put_under(training=training, activity=small, by=None, now=NOW)
    plans.put_under(training=training, activity=large, by=None, now=NOW)
    assert quotas.holding_of([small, large]) == {large.pk: 2}


def test_a_plan_does_not_become_binding_over_an_activity_that_is_overfull() -> None:
    training = under(line_of(drawn(is_binding=False), 1))
    enrol(training)
    enrol(training)
    with pytest.raises(plans.ActivityTaken):
        drawn()
    assert not YearPlan.objects.get().is_binding


def test_an_activity_costs_one_query_more_and_none_where_there_is_none() -> None:
    line = line_of(drawn(), 9)
    asked = []
    for training in (under(None), under(line)):
        with CaptureQueriesContext(connection) as queries:
            quotas.seen(training, [OWN])
        asked.append(len(queries))
    assert asked[1] <= asked[0] + 1


def test_who_waits_for_the_plan_reads_so(client: Client) -> None:
    training = under(line_of(drawn(), 1))
    enrol(training)
    owner = OwnerFactory()
    enrolments.enrol(training=training, person=owner, by=None, now=NOW)
    client.force_login(owner.user, backend="foundation.accounts.backends.LoginBackend")
    page = client.get(reverse("trainings:training-detail", args=[training.uid])).content.decode()
    assert "anggaran kegiatannya" in page


def test_the_facilitator_reads_why_they_wait(client: Client) -> None:
    training = under(line_of(drawn(PD=0, OWN=50), 9), source=PD)
    person = PersonFactory()
    client.force_login(training.facilitator, backend="foundation.accounts.backends.LoginBackend")
    answer = client.post(
        reverse("trainings:participant-enrol-many", args=[training.uid]),
        {"person": [str(person.uid)], "source": "PD"},
        follow=True,
    )
    assert "jatah" in answer.content.decode().lower()


def test_the_office_changes_an_activity_from_the_page_of_the_plan(client: Client) -> None:
    plan = drawn()
    line = line_of(plan, 5)
    client.force_login(user_with_role(Role.STAFF, "16.71"), backend="foundation.accounts.backends.LoginBackend")
    address = reverse("admin:trainings_yearplan_deed", args=[plan.uid, "change-activity"])
    assert "2.17.06 Pelatihan (5, Rp1.000.000)" in client.get(address).content.decode()
    client.post(address, {"activity": str(line.uid), "title": "", "places": "7", "budget": "1000000"})
    assert PlanActivity.objects.get().places == 7


@pytest.mark.ci
@pytest.mark.django_db(transaction=True)
def test_ten_at_once_over_five_trainings_never_exceed_an_activity_and_lose_no_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = BaseQuerySet.for_update

    def unlocked(rows: Any, **options: Any) -> Any:
        return rows.all() if rows.model in (PlanShare, PlanActivity) else kept(rows, **options)

    line = line_of(drawn(**{str(source): 100 for source in ProposalSource}), 4)

    def rush() -> int:
        Enrolment.objects.all().delete()
        chosen = [under(line) for _turn in range(5)]
        people = PersonFactory.create_batch(10)
        deeds = [
            lambda person=person, turn=turn: enrolments.enrol(  # type: ignore[misc]
                training=chosen[turn % 5], person=person, source=list(ProposalSource)[turn % 5], by=None, now=NOW
            )
            for turn, person in enumerate(people)
        ]
        refused.extend(row for row in at_once(deeds) if isinstance(row, Exception))
        return Enrolment.objects.confirmed().count()

    refused: list[Exception] = []
    assert (rush(), refused) == (4, [])
    monkeypatch.setattr(BaseQuerySet, "for_update", unlocked)
    assert [rush() for _turn in range(3)] == [4, 4, 4]
    assert {type(row) for row in refused} == {IntegrityError}, refused
    with uncounted():
        assert max(rush() for _turn in range(5)) > 4
