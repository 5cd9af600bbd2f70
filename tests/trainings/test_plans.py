"""The yearly plan: shares that bind, places released on a date, activities and what was spent."""

import datetime as dt
from typing import Any

import pytest
from django.db import Error, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.common.querysets import BaseQuerySet
from members.models import StagePeriod
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import PersonFactory
from tests.factories.trainings import DAY, FIRST, NOW, EnrolmentFactory, TrainingFactory
from tests.trainings.test_races import at_once, uncounted
from trainings import realisation, reports
from trainings.actions import enrolments, plans
from trainings.enums import CheckInWay, EnrolmentState, ProposalSource, TrainingStatus
from trainings.models import Attendance, Enrolment, PlanActivity, PlanShare, Spending, Training, YearPlan

pytestmark = pytest.mark.django_db
OWN, PD, MUSRENBANG = ProposalSource.OWN, ProposalSource.PD, ProposalSource.MUSRENBANG


def drawn(*, is_binding: bool = True, **places: int) -> YearPlan:
    return plans.draw_up(
        office=office(),
        year=FIRST.year,
        shares={ProposalSource(source): (count, count * 350_000) for source, count in places.items()},
        is_binding=is_binding,
        release_on=dt.date(FIRST.year, 11, 30),
        by=None,
        now=NOW,
    )


def enrol(training: Training, source: ProposalSource | None = None) -> Enrolment:
    return enrolments.enrol(training=training, person=PersonFactory(), source=source, by=None, now=NOW)


def confirmed(source: str) -> int:
    return Enrolment.objects.filter(source=source, state=EnrolmentState.CONFIRMED).count()


# Shares


def test_a_place_beyond_its_sources_share_waits_though_the_training_has_room() -> None:
    drawn(PD=1, MUSRENBANG=5)
    training = TrainingFactory(capacity=10)
    assert enrol(training, PD).state == EnrolmentState.CONFIRMED
    assert enrol(training, PD).state == EnrolmentState.WAITING
    assert enrol(training, MUSRENBANG).state == EnrolmentState.CONFIRMED


def test_the_share_is_counted_over_all_trainings_of_the_year() -> None:
    drawn(PD=2)
    first, second = TrainingFactory(), TrainingFactory()
    assert enrol(first, PD).state == enrol(second, PD).state == EnrolmentState.CONFIRMED
    assert enrol(second, PD).state == EnrolmentState.WAITING


def test_an_owner_who_taps_counts_on_her_own_registration_when_the_trainings_share_is_used_up() -> None:
    drawn(PD=1, OWN=1)
    training = TrainingFactory(source=PD)
    assert [enrol(training).source for _turn in range(2)] == [PD, OWN]
    assert enrol(training).state == EnrolmentState.WAITING


def test_a_plan_that_does_not_bind_limits_nothing() -> None:
    drawn(is_binding=False, PD=1)
    training = TrainingFactory()
    assert {enrol(training, PD).state for _turn in range(3)} == {EnrolmentState.CONFIRMED}


def test_a_year_without_a_plan_limits_nothing() -> None:
    office()
    assert enrol(TrainingFactory(), PD).state == EnrolmentState.CONFIRMED


def test_a_freed_place_passes_over_those_whose_share_is_used_up() -> None:
    drawn(PD=1, MUSRENBANG=2)
    training = TrainingFactory(capacity=2)
    enrol(training, PD)
    leaves = enrol(training, MUSRENBANG)
    waits, rises = enrol(training, PD), enrol(training, MUSRENBANG)
    enrolments.cancel(enrolment=leaves, by=None, now=NOW)
    assert Enrolment.objects.get(pk=waits.pk).state == EnrolmentState.WAITING
    assert Enrolment.objects.get(pk=rises.pk).state == EnrolmentState.OFFERED


def test_a_group_that_does_not_fit_its_share_waits_as_a_whole() -> None:
    drawn(PD=2)
    training = TrainingFactory()
    people = PersonFactory.create_batch(3)
    rows = enrolments.enrol_party(training=training, people=people, name="KUB", source=PD, by=None, now=NOW)
    assert {row.state for row in rows} == {EnrolmentState.WAITING}


def test_a_share_is_not_cut_below_the_places_taken() -> None:
    drawn(PD=3)
    training = TrainingFactory()
    enrol(training, PD)
    enrol(training, PD)
    with pytest.raises(plans.PlacesTaken):
        drawn(PD=1)
    assert PlanShare.objects.get(source=PD).places == 3


def test_a_share_is_not_cut_below_what_it_has_released() -> None:
    plan = drawn(PD=3)
    plans.release(plan=plan, by=None, now=NOW)
    for is_binding in (True, False):
        with pytest.raises(plans.PlacesReleased, match="3"):
            drawn(PD=2, is_binding=is_binding)


def test_who_waited_for_a_share_rises_when_it_grows() -> None:
    drawn(PD=1)
    training = TrainingFactory()
    enrol(training, PD)
    waits = enrol(training, PD)
    drawn(PD=2)
    assert Enrolment.objects.get(pk=waits.pk).state == EnrolmentState.OFFERED


# Release


def test_unused_places_go_to_own_registration_on_the_stated_day_and_the_plan_stays_as_planned() -> None:
    plan = drawn(PD=5, MUSRENBANG=3, OWN=0)
    training = TrainingFactory()
    enrol(training, PD)
    waits = enrol(training, OWN)
    assert plans.release_due(on=dt.date(FIRST.year, 11, 29), now=NOW) == 0
    assert plans.release_due(on=dt.date(FIRST.year, 11, 30), now=NOW) == 1
    shares = {share.source: share for share in plan.shares.all()}
    assert (shares[PD].places, shares[PD].allowed, shares[MUSRENBANG].allowed, shares[OWN].allowed) == (5, 1, 0, 7)
    assert Enrolment.objects.get(pk=waits.pk).state == EnrolmentState.OFFERED
    logged = Event.objects.get(verb="plan.released")
    assert (logged.object_id, logged.actor_id, logged.data["places"]) == (plan.pk, None, {"PD": 4, "MUSRENBANG": 3})
    assert plans.release_due(on=dt.date(FIRST.year, 12, 1), now=NOW) == 0
    with pytest.raises(plans.AlreadyReleased):
        plans.release(plan=plan, by=None, now=NOW)


def test_after_the_release_the_queue_of_another_source_counts_on_own_registration() -> None:
    plan = drawn(PD=1, MUSRENBANG=2, OWN=0)
    training = TrainingFactory()
    enrol(training, PD)
    waits = enrol(training, PD)
    plans.release(plan=plan, by=None, now=NOW)
    risen = Enrolment.objects.get(pk=waits.pk)
    assert (risen.state, risen.source) == (EnrolmentState.OFFERED, OWN)


# Activities and money


def activity(plan: YearPlan | None = None, code: str = "2.17.06.2.01.0001") -> PlanActivity:
    return plans.add_activity(
        plan=plan or drawn(PD=10), code=code, title="Pelatihan", places=10, budget=1_000_000, by=None, now=NOW
    )


def spend(line: PlanActivity, amount: int, document: str = "SP2D-1", **facts: Any) -> Spending:
    day = dt.date(2026, 11, 20)
    return plans.spend(activity=line, amount=amount, spent_on=day, document=document, by=None, now=NOW, **facts)


def test_spending_stays_within_the_activitys_budget() -> None:
    line = activity()
    spend(line, 700_000)
    with pytest.raises(plans.OverBudget, match=r"300\.000"):
        spend(line, 300_001, "SP2D-2")
    spend(line, 300_000, "SP2D-2")
    assert plans.spent_of(line) == 1_000_000


def test_the_same_paper_is_not_booked_twice() -> None:
    line = activity()
    spend(line, 1000)
    with pytest.raises(plans.DocumentTaken):
        spend(line, 1000)


def test_a_mistake_is_taken_back_by_its_opposite_once() -> None:
    line = activity()
    wrong = spend(line, 700_000)
    plans.take_back(line=wrong, note="salah kegiatan", by=None, now=NOW)
    assert plans.spent_of(line) == 0
    with pytest.raises(plans.AlreadyCorrected):
        plans.take_back(line=wrong, note="lagi", by=None, now=NOW)


def test_the_book_of_spendings_is_only_added_to() -> None:
    row = spend(activity(), 1000)
    for deed in (lambda: Spending.objects.update(amount=1), row.delete):
        with pytest.raises(Error, match="Cannot"), transaction.atomic():
            deed()


def test_a_budget_code_stands_once_in_a_plan() -> None:
    plan = drawn(PD=10)
    activity(plan)
    with pytest.raises(plans.CodeTaken):
        activity(plan)


def test_a_training_is_paid_from_the_plan_of_its_own_year() -> None:
    line = activity()
    training, later = TrainingFactory(), TrainingFactory(starts_at=FIRST + dt.timedelta(days=200))
    plans.put_under(training=training, activity=line, by=None, now=NOW)
    with pytest.raises(plans.OtherPlan):
        plans.put_under(training=later, activity=line, by=None, now=NOW)
    with pytest.raises(plans.OtherPlan):
        spend(line, 1000, training=later)


BROKEN: dict[str, Any] = {
    "planshare_gives_what_it_has": lambda: PlanShare.objects.update(given=99),
    "planshare_only_open_places_receive": lambda: PlanShare.objects.filter(source=PD).update(received=1),
    "yearplan_released_on_a_stated_date": lambda: YearPlan.objects.update(released_at=NOW, release_on=None),
    "planactivity_budget_not_negative": lambda: PlanActivity.objects.update(budget=-1),
    "planactivity_code_once": lambda: PlanActivity.objects.create(
        plan=YearPlan.objects.get(), code="2.17.06.2.01.0001", title="", places=0, budget=0
    ),
    "spending_corrections_are_negative": lambda: Spending.objects.create(
        activity=PlanActivity.objects.get(), amount=-5, spent_on=NOW.date(), document="x", recorded_at=NOW
    ),
    "spending_document_once": lambda: [
        Spending.objects.create(
            activity=PlanActivity.objects.get(), amount=5, spent_on=NOW.date(), document="x", recorded_at=NOW
        )
        for _turn in range(2)
    ],
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_keeps_the_rule(name: str) -> None:
    activity()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BROKEN[name]()


# Realisation


def test_realisation_counts_places_attendance_completion_and_money_by_group() -> None:
    line = activity()
    training = TrainingFactory(status=TrainingStatus.DONE, finished_at=NOW)
    plans.put_under(training=training, activity=line, by=None, now=NOW)
    spend(line, 250_000)
    came = EnrolmentFactory(training=training, source=PD, person=PersonFactory(sex="FEMALE"))
    EnrolmentFactory(training=training, source=PD, person=PersonFactory(sex="MALE", village=region("16.71.14.1001")))
    stages = {"person": came.person, "reason": "aturan"}  # what she became later does not count
    StagePeriod.objects.create(stage="CAPACITY", start_at=NOW - DAY, end_at=FIRST + DAY, **stages)
    StagePeriod.objects.create(stage="ENRICHMENT", start_at=FIRST + DAY, **stages)
    Attendance.objects.create(
        session=training.sessions.order_by("number")[0],
        enrolment=came,
        way=CheckInWay.TYPED,
        scanned_at=NOW,
        recorded_at=NOW,
    )
    by_source = {row.key: row for row in realisation.by_source("16.71", FIRST.year)}
    assert (by_source[PD].planned, by_source[PD].taken, by_source[PD].came, by_source[PD].share) == (10, 2, 1, 0.5)
    assert {row.label: row.came for row in realisation.by_sex("16.71", FIRST.year)} == {"Perempuan": 1, "Laki-laki": 0}
    stages = {row.key: (row.taken, row.came) for row in realisation.by_stage("16.71", FIRST.year)}
    assert stages == {"AWARENESS": (1, 0), "CAPACITY": (1, 1), "ENRICHMENT": (0, 0)}
    districts = {row.key: row.taken for row in realisation.by_district("16.71", FIRST.year)}
    assert districts["16.71.04"] == districts["16.71.14"] == 1
    [row] = realisation.by_activity("16.71", FIRST.year)
    assert (row.taken, row.spent, row.budget) == (2, 250_000, 1_000_000)
    lists = [sum(line.taken for line in measure("16.71", FIRST.year)) for measure in realisation.DIMENSIONS.values()]
    assert set(lists) == {2}


def test_money_is_shared_out_over_the_places_that_it_bought_and_no_rupiah_is_lost() -> None:
    line = activity(drawn(PD=10, OWN=10))
    paid, other = TrainingFactory(), TrainingFactory()
    for training in (paid, other):
        plans.put_under(training=training, activity=line, by=None, now=NOW)
    for source, sex, of in ((PD, "FEMALE", paid), (PD, "MALE", paid), ("OWN", "FEMALE", paid), ("OWN", "MALE", other)):
        EnrolmentFactory(training=of, source=source, person=PersonFactory(sex=sex))
    spend(line, 100_000, training=paid, document="SP2D-1")  # three places
    spend(line, 40_000, document="SP2D-2")  # all four of the activity
    spent = {row.key: row.spent for row in realisation.by_source("16.71", FIRST.year)}
    assert (spent[PD], spent["OWN"]) == (66_667 + 20_000, 33_333 + 20_000)
    empty = plans.add_activity(plan=line.plan, code="9", title="Lain", places=0, budget=9_000, by=None, now=NOW)
    spend(empty, 9_000, document="SP2D-3")
    sums = {name: sum(row.spent for row in by("16.71", FIRST.year)) for name, by in realisation.DIMENSIONS.items()}
    assert set(sums.values()) == {149_000}, sums
    assert realisation.by_sex("16.71", FIRST.year)[-1].label == "belanja sebelum ada peserta"


def test_the_report_prints_and_its_tables_add_up() -> None:
    plan = activity().plan
    EnrolmentFactory(training=TrainingFactory(), source=PD)
    data = reports.lptj_data(plan, office(), now=NOW)
    assert [part["total"][0] for part in data["parts"]] == ["Jumlah"] * len(data["parts"])
    assert reports.lptj_pdf(plan, now=NOW).startswith(b"%PDF")


def test_staff_work_the_plan_from_its_page() -> None:
    plan = drawn(PD=10)
    training = TrainingFactory()
    client = Client()
    client.force_login(user_with_role(Role.STAFF, "16.71"), backend="foundation.accounts.backends.LoginBackend")

    def deed(name: str, **data: Any) -> Any:
        return client.post(reverse("admin:trainings_yearplan_deed", args=[plan.uid, name]), data)

    deed("activity", code="2.17.06", title="Pelatihan", places="10", budget="1000000")
    line = PlanActivity.objects.get()
    deed("put-under", training=str(training.uid), activity=str(line.uid))
    deed("spend", activity=str(line.uid), amount="250000", spent_on="2026-11-20", document="SP2D-1", note="")
    assert plans.spent_of(line) == 250_000
    refused = deed("spend", activity=str(line.uid), amount="900000", spent_on="2026-11-20", document="SP2D-2")
    assert "750.000" in refused.content.decode()
    deed("take-back", line=str(Spending.objects.get().uid), note="salah")
    assert plans.spent_of(line) == 0
    asks = client.get(reverse("admin:trainings_yearplan_deed", args=[plan.uid, "release"])).content.decode()
    assert "Perangkat daerah (PD): 10 tempat" in asks
    page = client.get(reverse("admin:trainings_yearplan_change", args=[plan.uid])).content.decode()
    assert "2.17.06" in page
    answer = client.get(reverse("admin:trainings_yearplan_lptj", args=[plan.uid]))
    assert answer["Content-Type"] == "application/pdf"


# Races


@pytest.mark.ci
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_over_five_trainings_never_exceed_a_share_and_lose_no_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = BaseQuerySet.for_update

    def unlocked(rows: Any, **options: Any) -> Any:
        return rows.all() if rows.model is PlanShare else kept(rows, **options)

    def rush() -> int:
        Enrolment.objects.all().delete()
        chosen = [TrainingFactory() for _turn in range(5)]
        people = PersonFactory.create_batch(20)
        deeds = [
            lambda person=person, training=chosen[turn % 5]: enrolments.enrol(  # type: ignore[misc]
                training=training, person=person, source=PD, by=None, now=NOW
            )
            for turn, person in enumerate(people)
        ]
        refused.extend(row for row in at_once(deeds) if isinstance(row, Exception))
        return confirmed(PD)

    refused: list[Exception] = []
    drawn(PD=7)
    assert (rush(), refused) == (7, [])
    # The control: without the lock on the share, counting and inserting come apart. The database refuses what is too much.
    monkeypatch.setattr(BaseQuerySet, "for_update", unlocked)
    assert [rush() for _turn in range(3)] == [7, 7, 7]
    assert {type(row) for row in refused} == {IntegrityError}, refused
    with uncounted():
        assert max(rush() for _turn in range(5)) > 7
