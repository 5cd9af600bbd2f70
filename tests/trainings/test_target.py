"""Whom a training is for by stage and group, its documents, what a copy takes over, and who is busy at that time."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.files.models import StoredFile
from members.models import Stage, StagePeriod
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import OwnerFactory, PersonFactory
from tests.factories.trainings import DAY, FIRST, HOURS, NOW, EnrolmentFactory, TopicProposalFactory, TrainingFactory
from tests.trainings.test_schedule import form, logged_in, post, trainer
from trainings import conflicts, inviting
from trainings.actions import communities, community_seeding, crew, documents, trainings
from trainings.actions.seeding import Participant
from trainings.actions.trainings import Slot
from trainings.enums import TopicState
from trainings.models import Community, CommunityMember, Enrolment, Session, SessionTrainer, TestQuestion, Training

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF\n"


def group(*people: Any, name: str = "Penjahit Ilir", office_code: str = "16.71") -> Community:
    made = communities.make(office_code=office_code, name=name, note="", by=None, now=NOW)
    communities.add(community=made, people=people, by=None, now=NOW)
    return made


def in_stage(person: Any, stage: Stage) -> Any:
    StagePeriod.objects.create(person=person, stage=stage, start_at=NOW - DAY * 40, reason="aturan")
    return person


def test_a_training_for_a_stage_invites_those_who_stand_in_it_now(training: Training) -> None:
    starter, grown = PersonFactory(), in_stage(PersonFactory(), Stage.CAPACITY)
    past = PersonFactory()
    StagePeriod.objects.create(
        person=past, stage=Stage.CAPACITY, start_at=NOW - DAY * 90, end_at=NOW - DAY * 60, reason="aturan"
    )
    in_stage(past, Stage.ENRICHMENT)
    Training.objects.update(for_stages=[Stage.CAPACITY])
    training.refresh_from_db()
    assert list(inviting.invited(training)) == [grown]
    inviting.check(training, grown)
    with pytest.raises(inviting.OtherStage, match="Penguatan"):
        inviting.check(training, starter)
    training.for_stages = [Stage.AWARENESS, Stage.ENRICHMENT]
    assert set(inviting.invited(training)) == {starter, past}


def test_a_training_for_a_group_invites_its_members_only(training: Training) -> None:
    sewer, stranger = PersonFactory(), PersonFactory()
    training.for_groups.set([group(sewer), group(name="Pedagang Pasar")])
    assert list(inviting.invited(training)) == [sewer]
    inviting.check(training, sewer)
    with pytest.raises(inviting.OtherGroup, match="Penjahit Ilir"):
        inviting.check(training, stranger)
    assert "Pedagang Pasar, Penjahit Ilir" in inviting.words(training)


def test_a_group_is_known_once_and_counts_nobody_twice() -> None:
    sewer = PersonFactory()
    made = group(sewer)
    with pytest.raises(communities.NameTaken):
        communities.make(office_code="16.71", name=" Penjahit  Ilir ", note="", by=None, now=NOW)
    assert communities.add(community=made, people=[sewer, PersonFactory()], by=None, now=NOW) == 1
    with pytest.raises(IntegrityError, match="communitymember_once"), transaction.atomic():
        CommunityMember.objects.create(community=made, person=sewer, added_at=NOW)
    with pytest.raises(IntegrityError, match="community_once"), transaction.atomic():
        Community.objects.create(office_code="16.71", name="Penjahit Ilir")
    communities.take_out(community=made, person=sewer, by=None, now=NOW)
    assert made.members.count() == 1


def test_a_demo_city_has_groups_of_neighbours_once() -> None:
    people = [Participant(row.pk, row.full_name, row.village_id) for row in PersonFactory.create_batch(3)]
    assert community_seeding.seed_communities(office=office(), people=people, now=NOW) == 1
    assert community_seeding.seed_communities(office=office(), people=people, now=NOW) == 0
    assert Community.objects.get().members.count() == 3


def test_groups_of_another_office_are_refused(training: Training) -> None:
    other = group(name="Jauh", office_code="32.04")
    outline = trainings.Outline(title="x", summary="y", capacity=30, venue="Aula", for_groups=[other])
    with pytest.raises(trainings.OtherOffice):
        trainings.change(training=training, outline=outline, by=None, now=NOW)


def test_an_assistant_makes_a_group_and_sees_of_it_whom_she_may_see(training: Training) -> None:
    client, near = logged_in(training.facilitator), PersonFactory(full_name="Siti Dekat", phone="+6281200001111")
    made = client.post(reverse("trainings:community-list"), {"name": "Penjahit Ilir", "note": "Busana"}, follow=True)
    community = Community.objects.get()
    here = reverse("trainings:community", args=[community.uid])
    assert made.redirect_chain[-1][0] == here
    page = client.post(here, {"numbers": "0812-0000-1111\n0899 9999 9999"}, follow=True).content.decode()
    assert "Siti Dekat" in page
    assert "0899 9999 9999" in page
    far = PersonFactory(full_name="Siti Jauh", village=region("32.04.12.2001"))
    found = client.get(here, {"q": "siti"}).content.decode()
    assert ("Termasuk kelompok ini" in found, "Siti Jauh" in found) == (True, False)
    ratih = PersonFactory(full_name="Siti Ratih")
    assert str(ratih.uid) in client.get(here, {"q": "siti ra"}).content.decode()
    client.post(here, {"person": [str(ratih.uid), str(far.uid)]})
    assert CommunityMember.objects.filter(community=community, person=ratih).exists()
    assert not CommunityMember.objects.filter(person=far).exists()
    assert "centang" in client.post(here, {"numbers": " "}).content.decode()
    communities.add(community=community, people=[PersonFactory(full_name="Nenek Jauh")], by=None, now=NOW)
    client.post(reverse("trainings:community-take-out", args=[community.uid]), {"person": str(near.uid)})
    assert not CommunityMember.objects.filter(person=near).exists()
    stranger = logged_in(user_with_role(Role.FACILITATOR, "32.04.12"))
    assert stranger.get(here).status_code in {403, 404}
    assert logged_in(OwnerFactory().user).get(reverse("trainings:community-list")).status_code == 403


def test_groups_cost_the_same_with_one_and_with_three(training: Training) -> None:
    client, first = logged_in(training.facilitator), group(PersonFactory())
    pages = [reverse("trainings:community-list"), reverse("trainings:community", args=[first.uid])]

    def cost() -> list[int]:
        found = []
        for address in pages:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            found.append(len(asked))
        return found

    one = cost()
    group(PersonFactory(), name="b")
    group(PersonFactory(), name="c")
    communities.add(community=first, people=PersonFactory.create_batch(2), by=None, now=NOW)
    assert cost() == one


def test_the_members_of_a_group_are_registered_at_once(training: Training) -> None:
    near, far = PersonFactory(), PersonFactory(village=region("16.71.14.1001"))
    made = group(near, far)
    address = reverse("trainings:participant-enrol-many", args=[training.uid])
    with time_machine.travel(NOW, tick=False):
        logged_in(training.facilitator).post(address, {"community": str(made.uid)})
    assert [row.person for row in Enrolment.objects.all()] == [near]  # the other one is not hers to see


# Documents


def attach(training: Training, by: User, name: str = "Bahan ajar.pdf") -> Any:
    address = reverse("trainings:training-documents", args=[training.uid])
    return logged_in(by).post(address, {"file": SimpleUploadedFile(name, PDF), "title": ""})


def may_read(user: User | None, file: StoredFile) -> bool:
    client = logged_in(user) if user else Client()
    answer = client.get(reverse("files:read", args=[file.uid]))
    if answer.streaming:
        answer.getvalue()
    return bool(answer.status_code == 200)


def test_documents_are_for_who_has_a_place_the_trainers_and_the_office(training: Training) -> None:
    assert attach(training, training.facilitator).status_code == 302
    row = training.documents.get()
    assert row.title == "Bahan ajar"
    inside, outside = EnrolmentFactory(training=training, person=OwnerFactory()), OwnerFactory()
    waiting = EnrolmentFactory(training=training, person=OwnerFactory(), state="WAITING")
    speaker = OwnerFactory(phone="+6281200007777")
    User.objects.filter(pk=speaker.user_id).update(phone="+6281200007777")
    known = trainer()
    known.phone = "+6281200007777"
    known.save()
    crew.assign(training=training, trainer=known, by=None, now=NOW)
    staff, neighbour = user_with_role(Role.STAFF, "16.71"), user_with_role(Role.FACILITATOR, "16.71.14")
    assert [
        may_read(user, row.file)
        for user in (inside.person.user, speaker.user, training.facilitator, staff)
    ] == [True] * 4  # fmt: skip
    assert not any(may_read(user, row.file) for user in (waiting.person.user, outside.user, neighbour, None))
    page = logged_in(inside.person.user).get(reverse("trainings:training-detail", args=[training.uid]))
    assert reverse("files:read", args=[row.file.uid]) in page.content.decode()
    page = Client().get(reverse("trainings:training-detail", args=[training.uid])).content.decode()
    assert "Bahan ajar" not in page


def test_a_document_is_taken_off_and_its_bytes_go_with_the_last_training_that_shows_it(training: Training) -> None:
    attach(training, training.facilitator)
    row = training.documents.get()
    copy = TrainingFactory().documents.create(file=row.file, title=row.title, added_at=NOW)
    address = reverse("trainings:document-take-off", args=[training.uid, row.uid])
    assert logged_in(OwnerFactory().user).post(address).status_code == 403
    logged_in(training.facilitator).post(address)
    assert not training.documents.exists()
    assert StoredFile.objects.get(pk=row.file_id).removed_at is None
    documents.take_off(document=copy, by=None, now=NOW)
    assert StoredFile.objects.get(pk=row.file_id).removed_at is not None


def test_a_training_has_ten_documents_at_most_and_each_once(training: Training) -> None:
    attach(training, training.facilitator)
    row = training.documents.get()
    with pytest.raises(IntegrityError, match="trainingdocument_once"), transaction.atomic():
        training.documents.create(file=row.file, title="lagi", added_at=NOW)
    for number in range(9):
        file = StoredFile.objects.create(
            purpose="training_document", name=f"{number}.pdf", kind="PDF", size=9, sha256="0" * 64, path=f"x/{number}",
            stored_at=NOW, used_at=NOW,
        )  # fmt: skip
        training.documents.create(file=file, title=str(number), added_at=NOW)
    assert "sepuluh dokumen" in attach(training, training.facilitator).content.decode()


# Copies


def test_a_copy_takes_all_sessions_trainers_documents_target_rule_and_test(training: Training) -> None:
    for number in (3, 4):
        start = FIRST + DAY * (number - 1)
        Session.objects.create(training=training, number=number, starts_at=start, ends_at=start + HOURS, title="Lanjut")
    crew.assign(training=training, trainer=trainer(), by=None, now=NOW)
    crew.assign(training=training, trainer=trainer("Ibu Sibuk"), by=None, now=NOW)
    sewers = group(PersonFactory())
    attach(training, training.facilitator)
    TestQuestion.objects.create(training=training, number=1, topic="Harga", text="Apa?", options=["a", "b"], answer=0)
    training.for_groups.set([sewers])
    Training.objects.update(
        for_stages=["CAPACITY"], for_scales=["MICRO"], sessions_needed=3, needs_test=True, needs_plan=True
    )
    busy = TrainingFactory(starts_at=FIRST + DAY * 8)  # the second day of the copy
    crew.assign(training=busy, trainer=trainer("Ibu Sibuk"), by=None, now=NOW)
    client = logged_in(training.facilitator)
    with time_machine.travel(FIRST + DAY * 3, tick=False):
        address = reverse("trainings:training-schedule") + f"?salin={training.uid}"
        shown = client.get(address).context["form"]
        sent = {field.html_name: field.value() for field in shown if field.value() not in (None, "", False)}
        assert (sent["day_4"], sent["title_3"]) == (dt.date(2026, 12, 11), "Lanjut")
        clashes = client.post(address, sent | {"title": "Foto lagi"}).context["clashes"]
        assert any("Ibu Sibuk" in clash.text for clash in clashes)  # before it is saved
        sure = [clash.text for clash in clashes]
        page = client.post(address, sent | {"title": "Foto lagi", "sure": sure}, follow=True).content.decode()
    made = Training.objects.get(title="Foto lagi")
    assert [row.starts_at for row in made.sessions.in_order()] == [FIRST + DAY * (7 + n) for n in range(4)]
    assert (made.for_stages, made.for_scales, list(made.for_groups.all())) == (["CAPACITY"], ["MICRO"], [sewers])
    assert (made.sessions_needed, made.needs_test, made.needs_plan) == (3, True, True)
    crew_of = SessionTrainer.objects.filter(session__training=made).values_list("trainer__name", flat=True)
    assert set(crew_of) == {"Dr. Ratna"}
    assert "Ibu Sibuk" in page
    assert made.documents.get().file == training.documents.get().file
    assert made.questions.get().text == "Apa?"


def test_topics_are_chosen_in_the_form_of_the_schedule(training: Training) -> None:
    wish, other = TopicProposalFactory(title="Foto dengan HP"), TopicProposalFactory(title="Pajak")
    TopicProposalFactory(title="Sudah ditutup", state=TopicState.DECLINED, closed_at=NOW, note="tidak")
    page = post(training, answers=[str(wish.uid)], first_end="08:00").content.decode()
    assert "Foto dengan HP (0)" in page
    assert "Sudah ditutup" not in page
    post(training, answers=[str(wish.uid)])
    assert list(Training.objects.get(title="Foto produk").topics.all()) == [wish]
    assert not other.trainings.exists()


# Conflicts of people


def busy_at_the_same_time(training: Training) -> Enrolment:
    other = TrainingFactory(title="Pembukuan", starts_at=training.starts_at + dt.timedelta(hours=2))
    made: Enrolment = EnrolmentFactory(training=other, person=OwnerFactory(full_name="Yani Suryani"))
    return made


def test_who_is_registered_elsewhere_at_that_time_is_shown_it_and_may_register_all_the_same(
    training: Training,
) -> None:
    person = busy_at_the_same_time(training).person
    client, here = logged_in(person.user), reverse("trainings:training-detail", args=[training.uid])
    with time_machine.travel(NOW, tick=False):
        page = client.get(here).content.decode()
        assert "Ibu/Bapak sudah terdaftar di Pembukuan" in page
        assert "Tetap daftar" in page
        client.post(reverse("trainings:enrolment-make", args=[training.uid]))
        assert not Enrolment.objects.filter(training=training).exists()
        client.post(reverse("trainings:enrolment-make", args=[training.uid]), {"sure": "1"})
    assert Enrolment.objects.get(training=training).person == person


def test_an_assistant_is_shown_whom_she_registers_twice_at_once(training: Training) -> None:
    person = busy_at_the_same_time(training).person
    client = logged_in(training.facilitator)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("trainings:participant-add", args=[training.uid]), {"q": "yani"}).content.decode()
        assert "sudah terdaftar di Pembukuan" in page
        for name in ("participant-enrol", "participant-enrol-many"):
            address = reverse(f"trainings:{name}", args=[training.uid])
            answer = client.post(address, {"person": str(person.uid)}, follow=True).content.decode()
            assert "sudah terdaftar di Pembukuan" in answer
            assert not Enrolment.objects.filter(training=training).exists()
        client.post(address, {"person": str(person.uid), "sure": "1"})
    assert Enrolment.objects.filter(training=training, person=person).exists()


def test_other_dates_show_how_many_participants_are_busy_then(training: Training) -> None:
    held = TrainingFactory(title="Pembukuan", starts_at=FIRST + DAY * 30)
    person = EnrolmentFactory(training=training).person
    EnrolmentFactory(training=held, person=person)
    then = [Slot(FIRST + DAY * 30, FIRST + DAY * 30 + HOURS)]
    said = conflicts.found(
        slots=then, region=training.region, venue="", facilitator=training.facilitator, besides=training
    )
    assert "1 peserta Ibu/Bapak sudah terdaftar di Pembukuan pada waktu itu." in [clash.text for clash in said]


def test_a_new_training_shows_how_many_of_those_invited_have_a_place_then(training: Training) -> None:
    EnrolmentFactory(training=training)
    neighbour = user_with_role(Role.STAFF, "16.71")
    with time_machine.travel(NOW, tick=False):
        page = logged_in(neighbour).post(reverse("trainings:training-schedule"), form(first_day="2026-12-01"))
    assert "1 di antaranya punya tempat di sana" in page.content.decode()
