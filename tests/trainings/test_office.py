"""Trainings in the office face."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.common import clock
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import OwnerFactory
from tests.factories.trainings import DAY, EnrolmentFactory, TrainingFactory
from trainings.actions import certificates, plans
from trainings.enums import CheckInWay, EnrolmentState, ProposalSource, TrainingStatus
from trainings.models import Attendance, Certificate, Enrolment, Training, YearPlan

pytestmark = pytest.mark.django_db
SHARES = {ProposalSource.MUSRENBANG: (600, 210_000_000), ProposalSource.PD: (400, 140_000_000)}


@pytest.fixture
def staff() -> User:
    office()
    return user_with_role(Role.STAFF, "16.71")


@pytest.fixture
def desk(staff: User) -> Client:
    client = Client()
    client.force_login(staff, backend="foundation.accounts.backends.LoginBackend")
    return client


def certified() -> Certificate:
    training = TrainingFactory(status=TrainingStatus.DONE, finished_at=clock.now(), sessions=1)
    enrolment = EnrolmentFactory(training=training)
    Attendance.objects.create(
        session=training.sessions.get(),
        enrolment=enrolment,
        way=CheckInWay.SCAN,
        scanned_at=clock.now(),
        recorded_at=clock.now(),
    )
    return certificates.issue(training=training, by=None, now=clock.now())[0]


def new_plan() -> YearPlan:
    year = 2020 + YearPlan.objects.count()
    return plans.draw_up(office=office(), year=year, shares=SHARES, by=None, now=clock.now())


MAKE: dict[str, Any] = {
    "training": TrainingFactory,
    "enrolment": EnrolmentFactory,
    "certificate": certified,
    "yearplan": new_plan,
}


def list_of(name: str) -> str:
    return reverse(f"admin:trainings_{name}_changelist")


def deed(obj: Any, name: str) -> str:
    return reverse(f"admin:trainings_{obj._meta.model_name}_deed", args=[obj.uid, name])


@pytest.mark.parametrize("name", MAKE)
def test_an_office_list_costs_the_same_with_one_row_and_with_three(desk: Client, name: str) -> None:
    MAKE[name]()
    desk.get(list_of(name))
    with CaptureQueriesContext(connection) as one:
        assert desk.get(list_of(name)).status_code == 200
    MAKE[name]()
    MAKE[name]()
    with CaptureQueriesContext(connection) as three:
        desk.get(list_of(name))
    assert len(one) == len(three)


@pytest.mark.parametrize("name", MAKE)
def test_the_office_opens_each_row_of_its_own_region_only(desk: Client, name: str) -> None:
    row = MAKE[name]()
    address = reverse(f"admin:trainings_{name}_change", args=[row.uid])
    assert desk.get(address).status_code == 200
    foreign = Client()
    foreign.force_login(user_with_role(Role.STAFF, "32.04"), backend="foundation.accounts.backends.LoginBackend")
    assert foreign.get(address).status_code == 404


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("training", "when=to_finish"),
        ("training", "when=ahead&year=2026&district=16.71.04&source__exact=PD&q=harga"),
        ("enrolment", "state__exact=WAITING&year=2026&district=16.71.04&q=siti"),
        ("certificate", "valid=no&q=500"),
        ("yearplan", "year=2026"),
    ],
)
def test_the_filters_of_the_office_lists_work(desk: Client, name: str, query: str) -> None:
    MAKE[name]()
    assert desk.get(f"{list_of(name)}?{query}").status_code == 200


def test_the_office_draws_up_and_changes_the_plan_of_a_year(desk: Client) -> None:
    data = {"year": "2027"} | {f"{kind}_{source}": "0" for source in ProposalSource for kind in ("places", "budget")}
    address = reverse("admin:trainings_yearplan_list_deed", args=["draw-up"])
    assert "paling sedikit satu sumber" in desk.post(address, data).content.decode()
    assert desk.post(address, data | {"places_PD": "400", "budget_PD": "140000000"}).status_code == 302
    plan = YearPlan.objects.get(office_code="16.71", year=2027)
    assert 'value="400"' in desk.get(deed(plan, "change")).content.decode()
    desk.post(deed(plan, "change"), data | {"places_PD": "300"})
    assert plan.shares.get(source="PD").places == 300


def test_the_office_announces_calls_off_and_finishes(desk: Client) -> None:
    draft = TrainingFactory(status=TrainingStatus.PLANNED, published_at=None, starts_at=clock.now() + DAY)
    desk.post(deed(draft, "publish"))
    draft.refresh_from_db()
    assert draft.status == TrainingStatus.OPEN
    desk.post(deed(draft, "call-off"), {"reason": "Aula banjir."})
    draft.refresh_from_db()
    assert draft.status == TrainingStatus.CANCELLED
    over = TrainingFactory(starts_at=clock.now() - DAY * 3)
    desk.post(deed(over, "finish"))
    assert Training.objects.get(pk=over.pk).status == TrainingStatus.DONE


def test_the_office_withdraws_a_certificate_with_a_reason_and_prints_it(desk: Client) -> None:
    paper = certified()
    assert desk.post(deed(paper, "download")).content.startswith(b"%PDF")
    desk.post(deed(paper, "withdraw"), {"reason": "Nama keliru."})
    paper.refresh_from_db()
    assert not paper.is_valid
    assert desk.post(deed(paper, "withdraw"), {"reason": "Lagi."}).status_code != 302


def test_the_office_cancels_a_registration_and_the_next_one_rises(desk: Client) -> None:
    training = TrainingFactory(capacity=1, starts_at=clock.now() + DAY)
    held = EnrolmentFactory(training=training)
    queued = EnrolmentFactory(training=training, state=EnrolmentState.WAITING, person=OwnerFactory())
    desk.post(deed(held, "cancel"))
    assert Enrolment.objects.get(pk=queued.pk).state == EnrolmentState.OFFERED


def test_an_auditor_reads_and_does_nothing() -> None:
    client = Client()
    client.force_login(user_with_role(Role.AUDITOR, "16.71"), backend="foundation.accounts.backends.LoginBackend")
    office()
    region("16.71.04")
    for name, make in MAKE.items():
        row = make()
        assert client.get(list_of(name)).status_code == 200
        assert client.get(reverse(f"admin:trainings_{name}_change", args=[row.uid])).status_code == 200
    draft = TrainingFactory(status=TrainingStatus.PLANNED, published_at=None)
    assert client.post(deed(draft, "publish")).status_code == 403


def test_a_ticket_is_found_by_the_code_as_it_is_written_on_it(desk: Client) -> None:
    row, other = EnrolmentFactory(code="4550V1"), EnrolmentFactory()
    url = reverse("admin:trainings_enrolment_changelist")
    assert row.code_shown == "4550-V1"
    for typed in ("4550-V1", "455o ul"):  # no O, U, L in a code
        page = desk.get(url, {"q": typed}).content.decode()
        assert row.person.full_name in page
        assert other.person.full_name not in page
    assert "4550-V1" in desk.get(reverse("admin:trainings_enrolment_change", args=[row.uid])).content.decode()
