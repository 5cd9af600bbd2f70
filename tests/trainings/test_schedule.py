"""A training in five minutes: like an earlier one, repeated, with clashes shown, trainers in one place, partners."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from foundation.accounts.models import User
from foundation.audit.models import Event
from tests.factories.members import OwnerFactory
from tests.factories.trainings import DAY, FIRST, HOURS, NOW, EnrolmentFactory, TrainingFactory
from trainings.actions import absences, attendance, copying, crew, dates, trainings
from trainings.actions.trainings import Slot
from trainings.enums import CheckInWay, ContributionKind, EnrolmentState, Helix, TrainingStatus
from trainings.models import Absence, Contribution, Enrolment, SessionTrainer, Trainer, Training

pytestmark = pytest.mark.django_db


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.LoginBackend")
    return client


def form(**fields: Any) -> dict[str, Any]:
    return {
        "title": "Foto produk",
        "summary": "Pulang membawa sepuluh foto.",
        "region": "16.71.04",
        "capacity": "20",
        "source": "OWN",
        "venue": "Balai Warga",
        "first_day": "2026-12-15",
        "first_start": "09:00",
        "first_end": "12:00",
    } | fields


def post(training: Training, **fields: Any) -> Any:
    with time_machine.travel(NOW, tick=False):
        return logged_in(training.facilitator).post(reverse("trainings:training-schedule"), form(**fields))


def test_the_first_session_is_repeated_each_week_at_the_same_hour(training: Training) -> None:
    post(training, repeat="WEEK", times="4", sessions_needed="3", map_link="https://maps.example/x")
    made = Training.objects.get(title="Foto produk")
    starts = [row.starts_at for row in made.sessions.in_order()]
    assert starts == [starts[0] + dt.timedelta(weeks=n) for n in range(4)]
    assert (made.sessions_needed, made.map_link) == (3, "https://maps.example/x")


def test_a_clash_is_shown_before_saving_and_may_be_overruled(training: Training) -> None:
    clash = {"first_day": "2026-12-01", "venue": training.venue}
    page = post(training, **clash)
    assert "Ibu/Bapak memimpin" in page.content.decode()
    assert not Training.objects.filter(title="Foto produk").exists()
    seen = [row.text for row in page.context["clashes"]]
    page = post(training, **clash | {"first_day": "2026-12-02"}, sure=seen)  # another time, another clash
    assert "Ibu/Bapak memimpin" in page.content.decode()
    assert not Training.objects.filter(title="Foto produk").exists()
    post(training, **clash, sure=seen)
    assert Training.objects.filter(title="Foto produk").exists()


def test_another_one_like_an_earlier_one_is_filled_in_for_the_same_weekday(training: Training) -> None:
    with time_machine.travel(FIRST + DAY * 3, tick=False):
        address = reverse("trainings:training-schedule") + f"?salin={training.uid}"
        page = logged_in(training.facilitator).get(address).content.decode()
        assert training.title in page
        assert "2026-12-08" in page
        logged_in(training.facilitator).post(address, form(title="Foto produk lagi"))
    assert Training.objects.get(title="Foto produk lagi").copied_from == training


def trainer(name: str = "Dr. Ratna") -> Trainer:
    return crew.know_trainer(
        office_code="16.71", name=name, organisation="Universitas", helix=Helix.ACADEMIC, by=None, now=NOW
    )


def test_a_trainer_is_in_one_place_at_a_time(training: Training) -> None:
    crew.assign(training=training, trainer=trainer(), by=None, now=NOW)
    other = TrainingFactory()
    with pytest.raises(crew.TrainerBusy, match="Ratna"):
        crew.assign(training=other, trainer=trainer(), by=None, now=NOW)
    session = other.sessions.get(number=1)
    with pytest.raises(IntegrityError, match="one_place_at_a_time"), transaction.atomic():
        SessionTrainer.objects.create(
            session=session, trainer=trainer(), starts_at=session.starts_at, ends_at=session.ends_at
        )
    trainings.cancel(training=training, reason="Batal.", by=None, now=NOW)
    assert len(crew.assign(training=other, trainer=trainer(), by=None, now=NOW)) == 2


def test_a_training_that_moves_takes_its_trainer_along_or_does_not_move(training: Training) -> None:
    crew.assign(training=training, trainer=trainer(), by=None, now=NOW)
    later = TrainingFactory(starts_at=FIRST + DAY * 7)
    crew.assign(training=later, trainer=trainer(), by=None, now=NOW)
    onto = [Slot(FIRST + DAY * 7, FIRST + DAY * 7 + HOURS), Slot(FIRST + DAY * 9, FIRST + DAY * 9 + HOURS)]
    with pytest.raises(crew.TrainerBusy):
        dates.reschedule(training=training, slots=onto, by=None, now=NOW)
    beside = [Slot(row.starts_at + DAY * 2, row.ends_at + DAY * 2) for row in onto]
    dates.reschedule(training=training, slots=beside, by=None, now=NOW)
    times = SessionTrainer.objects.filter(session__training=training).order_by("starts_at")
    assert [row.starts_at for row in times] == [slot.starts_at for slot in beside]
    added = [*beside, Slot(FIRST + DAY * 12, FIRST + DAY * 12 + HOURS)]
    dates.reschedule(training=training, slots=added, by=None, now=NOW)
    assert [row.starts_at for row in times.all()] == [slot.starts_at for slot in added]


def test_sessions_change_places_are_added_and_dropped(training: Training) -> None:
    first, second = training.sessions.in_order()
    swapped = [Slot(second.starts_at, second.ends_at, "Kedua"), Slot(first.starts_at, first.ends_at, "Pertama")]
    dates.reschedule(training=training, slots=swapped, by=None, now=NOW)
    extra = [*swapped, Slot(FIRST + DAY * 3, FIRST + DAY * 3 + HOURS)]
    dates.reschedule(training=training, slots=extra, by=None, now=NOW)
    assert training.sessions.count() == 3
    dates.reschedule(training=training, slots=swapped[:1], by=None, now=NOW)
    training.refresh_from_db()
    assert (training.sessions.count(), training.starts_at) == (1, second.starts_at)
    with pytest.raises(dates.NothingMoved):
        dates.reschedule(training=training, slots=swapped[:1], by=None, now=NOW)


def test_a_session_whose_attendance_is_taken_stays(training: Training) -> None:
    enrolment, session = EnrolmentFactory(training=training), training.sessions.get(number=1)
    attendance.check_in(session=session, enrolment=enrolment, way=CheckInWay.TYPED, by=None, now=FIRST)
    moved = [Slot(FIRST + DAY * 2, FIRST + DAY * 2 + HOURS), Slot(FIRST + DAY * 3, FIRST + DAY * 3 + HOURS)]
    with pytest.raises(dates.AlreadyHeld):
        dates.reschedule(training=training, slots=moved, by=None, now=FIRST + HOURS)
    second = training.sessions.get(number=2)
    absences.mark(sessions=[second.pk], now=second.ends_at)
    with pytest.raises(dates.AlreadyHeld):  # nobody came, and it is marked so: it does not move into the future
        dates.reschedule(training=training, slots=moved[:1], by=None, now=second.ends_at + HOURS)
    Absence.objects.all().delete()
    kept = [Slot(session.starts_at, session.ends_at), Slot(second.starts_at + DAY, second.ends_at + DAY)]
    dates.reschedule(training=training, slots=kept, by=None, now=FIRST + HOURS)


def test_an_open_offer_does_not_outlast_the_new_start(training: Training) -> None:
    row = EnrolmentFactory(training=training, state=EnrolmentState.OFFERED, offer_until=FIRST + DAY)
    slots = [Slot(NOW + DAY / 2, NOW + DAY / 2 + HOURS)]
    dates.reschedule(training=training, slots=slots, by=None, now=NOW)
    assert Enrolment.objects.get(pk=row.pk).offer_until == NOW + DAY / 2


def test_partners_bring_money_with_an_amount_and_things_with_a_note(training: Training) -> None:
    given = {"training": training, "helix": Helix.BUSINESS, "partner": "PT Contoh", "by": None, "now": NOW}
    with pytest.raises(crew.AmountMissing):
        crew.contribute(**given, kind=ContributionKind.MONEY, amount=0, note="")
    with pytest.raises(IntegrityError, match="contribution_money_has_amount"), transaction.atomic():
        Contribution.objects.create(training=training, helix="BUSINESS", partner="x", kind="MONEY", amount=0)
    crew.contribute(**given, kind=ContributionKind.MONEY, amount=2_000_000, note="")
    crew.contribute(**given, kind=ContributionKind.VENUE, amount=0, note="Aula satu hari")
    page = logged_in(OwnerFactory().user).get(reverse("trainings:training-detail", args=[training.uid]))
    assert "Aula satu hari" in page.content.decode()


def test_what_partners_gave_is_taken_over_as_a_hope_until_they_say_yes(training: Training) -> None:
    gift = {"helix": Helix.BUSINESS, "kind": ContributionKind.MONEY, "amount": 2_000_000, "note": "Bahan"}
    crew.contribute(training=training, partner="PT Contoh", by=None, now=NOW, **gift)
    copied = TrainingFactory(facilitator=training.facilitator, starts_at=NOW + DAY * 40)
    copying.take_over(training=copied, model=training, by=None, now=NOW)
    row = copied.contributions.get()
    assert (row.partner, row.amount, row.note, row.is_confirmed) == ("PT Contoh", 2_000_000, "Bahan", False)
    shown = reverse("trainings:training-detail", args=[copied.uid])
    tim = reverse("trainings:crew", args=[copied.uid])
    client = logged_in(training.facilitator)
    assert "PT Contoh" not in client.get(shown).content.decode()
    assert "Perlu dipastikan" in client.get(tim).content.decode()
    client.post(reverse("trainings:contribution-confirm", args=[copied.uid]), {"contribution": str(row.uid)})
    assert "PT Contoh" in client.get(shown).content.decode()
    assert "Perlu dipastikan" not in client.get(tim).content.decode()
    assert Event.objects.filter(verb="contribution.confirmed").count() == 1


def test_the_pages_of_the_crew_and_of_the_dates(training: Training) -> None:
    client = logged_in(training.facilitator)
    tim = reverse("trainings:crew", args=[training.uid])
    client.post(tim, {"part": "trainer", "name": "Dr. Ratna", "organisation": "Universitas", "helix": "ACADEMIC"})
    client.post(
        tim, {"part": "partner", "partner": "Bank bjb", "helix": "BUSINESS", "kind": "MONEY", "amount": "500000"}
    )
    assert "Bank bjb" in client.get(tim).content.decode()
    remove = reverse("trainings:crew-remove", args=[training.uid])
    client.post(remove, {"trainer": str(Trainer.objects.get().uid)})
    client.post(remove, {"contribution": str(Contribution.objects.get().uid)})
    assert not SessionTrainer.objects.exists()
    assert not Contribution.objects.exists()
    with time_machine.travel(NOW, tick=False):
        address = reverse("trainings:training-dates", args=[training.uid])
        assert client.get(address).status_code == 200
        client.post(address, {"day_0": "2026-12-20", "start_0": "10:00", "end_0": "12:00"})
    training.refresh_from_db()
    assert training.starts_at == dt.datetime(2026, 12, 20, 3, 0, tzinfo=dt.UTC)
    assert training.status == TrainingStatus.OPEN
