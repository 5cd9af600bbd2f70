"""What owners ask for: wishes, three votes each, and what becomes of them."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.roles import Role
from foundation.common import clock, dates
from foundation.notifications.models import Message
from members.models import Kbli, Person, Stage, StagePeriod
from tests.factories.foundation import office, region, user_with_role
from tests.factories.members import BusinessFactory, OwnerFactory, PersonFactory
from tests.factories.trainings import NOW, TopicProposalFactory, TrainingFactory
from trainings import demand
from trainings.actions import topics, trainings
from trainings.enums import TopicState, TrainingStatus
from trainings.models import TopicProposal, TopicVote

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def asked(title: str = "Foto makanan dengan HP", person: Person | None = None) -> TopicProposal:
    person = person or PersonFactory()
    return topics.propose(person=person, title=title, reason="", sector="", by=None, now=NOW)


def votes(topic: TopicProposal) -> int:
    return TopicVote.objects.live().filter(topic=topic).count()


def vote(topic: TopicProposal, person: Person) -> bool:
    return topics.vote(topic=topic, person=person, by=None, now=NOW)


def test_who_proposes_a_topic_votes_for_it() -> None:
    topic = asked()
    assert topic.office_code == "16.71"
    assert votes(topic) == 1


def test_the_same_topic_is_not_proposed_twice_and_the_refusal_leads_to_it() -> None:
    topic = asked("Foto makanan")
    with pytest.raises(topics.AlreadyProposed) as refusal:
        asked("  foto   MAKANAN ")
    assert refusal.value.next_url == topics.path(topic)


def test_everybody_has_three_votes_and_can_take_one_back() -> None:
    owner = PersonFactory()
    wishes = [asked(f"Topik {number}") for number in range(4)]
    for topic in wishes[:3]:
        assert vote(topic, owner)
    with pytest.raises(topics.NoVotesLeft):
        vote(wishes[3], owner)
    assert topics.take_back(topic=wishes[0], person=owner, by=None, now=NOW)
    assert vote(wishes[3], owner)
    assert demand.votes_left(owner) == 0


def test_a_second_vote_for_the_same_topic_changes_nothing() -> None:
    topic, owner = asked(), PersonFactory()
    assert vote(topic, owner)
    assert not vote(topic, owner)
    assert demand.votes_left(owner) == 2


def test_the_database_refuses_a_fourth_vote_and_a_second_one_for_a_topic() -> None:
    owner = PersonFactory()
    wishes = [asked(f"Topik {number}") for number in range(2)]
    vote(wishes[0], owner)
    for slot, topic in ((4, wishes[1]), (1, wishes[1]), (2, wishes[0])):
        with pytest.raises(IntegrityError), transaction.atomic():
            TopicVote.objects.create(topic=topic, person=owner, slot=slot, cast_at=NOW)


def test_nobody_votes_in_another_city() -> None:
    topic, stranger = asked(), PersonFactory(village=region("32.04.05.2001"))
    with pytest.raises(topics.ElsewhereThan):
        vote(topic, stranger)


def test_a_merged_topic_takes_its_votes_along_and_nobody_counts_twice() -> None:
    both, one = PersonFactory(), PersonFactory()
    kept, double = asked("Foto makanan"), asked("Memotret makanan")
    for topic, person in ((kept, both), (double, both), (double, one)):
        vote(topic, person)
    staff = user_with_role(Role.STAFF, "16.71")
    topics.merge(topic=double, into=kept, by=staff, now=NOW)
    double.refresh_from_db()
    assert double.state == TopicState.MERGED
    assert votes(double) == 0
    assert votes(kept) == 4  # the two who proposed, and these two
    assert demand.votes_left(both) == 2


def test_a_topic_is_not_merged_into_itself_or_into_another_office() -> None:
    topic, elsewhere = asked(), asked("Foto", PersonFactory(village=region("32.04.05.2001")))
    staff = user_with_role(Role.STAFF, "16.71")
    with pytest.raises(topics.SameTopic):
        topics.merge(topic=topic, into=topic, by=staff, now=NOW)
    with pytest.raises(topics.ElsewhereThan):
        topics.merge(topic=topic, into=elsewhere, by=staff, now=NOW)


def test_a_topic_that_is_not_planned_says_why_and_gives_the_votes_back() -> None:
    owner = OwnerFactory()
    topic = asked(person=owner)
    staff = user_with_role(Role.STAFF, "16.71")
    with pytest.raises(topics.NoReason):
        topics.decline(topic=topic, note=" ", by=staff, now=NOW)
    topics.decline(topic=topic, note="Sudah ada di BLK.", by=staff, now=NOW)
    assert demand.votes_left(owner) == 3
    assert "Sudah ada di BLK." in Message.objects.filter(kind="topic_declined")[0].body
    with pytest.raises(topics.NotOpenAnyMore):
        vote(topic, owner)


def test_voters_hear_of_the_training_that_answers_their_topic_once() -> None:
    office()
    owner = OwnerFactory()
    topic = asked(person=owner)
    training = TrainingFactory(status=TrainingStatus.PLANNED, published_at=None)
    topics.answer_with(training=training, topics=[topic], by=None, now=NOW)
    assert not Message.objects.filter(kind="topic_scheduled").exists()
    trainings.publish(training=training, by=None, now=NOW)
    told = Message.objects.filter(kind="topic_scheduled", user=owner.user).count()
    assert told
    topics.tell_voters(training=training, now=NOW)
    assert Message.objects.filter(kind="topic_scheduled", user=owner.user).count() == told


def test_a_finished_training_answers_its_topics_and_frees_the_votes() -> None:
    owner = PersonFactory()
    topic = asked(person=owner)
    training = TrainingFactory()
    topics.answer_with(training=training, topics=[topic], by=None, now=NOW)
    trainings.finish(training=training, by=None, now=training.ends_at + DAY)
    topic.refresh_from_db()
    assert topic.state == TopicState.ANSWERED
    assert demand.votes_left(owner) == 3
    assert demand.answers_of(topic) == [training]


def test_who_asked_reads_which_training_of_which_day_answered_her() -> None:
    owner = OwnerFactory()
    topic, training = asked(person=owner), TrainingFactory(title="Foto dengan HP")
    topics.answer_with(training=training, topics=[topic], by=None, now=NOW)
    page = logged_in(owner.user).get(reverse("trainings:topic-detail", args=[topic.uid])).content.decode()
    assert "Dijawab" in page
    assert reverse("trainings:training-detail", args=[training.uid]) in page
    with timezone.override("Asia/Jakarta"):
        assert f'datetime="{dates.as_date(training.starts_at)}"' in page


def test_a_training_that_is_called_off_leaves_its_topics_open() -> None:
    topic = asked()
    training = TrainingFactory()
    topics.answer_with(training=training, topics=[topic], by=None, now=NOW)
    trainings.cancel(training=training, reason="Banjir", by=None, now=NOW)
    topic.refresh_from_db()
    assert topic.state == TopicState.OPEN
    assert demand.answers_of(topic) == []


def test_demand_is_read_by_district_and_by_line_of_business() -> None:
    topic = asked(person=PersonFactory(village=region("16.71.14.1001")))
    snacks = Kbli.objects.create(code="10792", edition=1990, title="Keripik")
    cook = BusinessFactory(kbli=snacks).owner
    vote(topic, cook)
    assert {line.label: line.votes for line in demand.by_sector(topic)} == {"": 1, "Kuliner": 1}
    assert sum(line.votes for line in demand.by_district(topic)) == 2
    among = demand.voters_in(district="16.71.14")
    found = demand.by_demand(TopicProposal.objects.all(), person=None, among=among).get()
    assert found.votes_now == 1
    assert not demand.by_demand(TopicProposal.objects.all(), person=None, among=demand.voters_in(sector="FARM"))


def test_demand_is_read_by_stage() -> None:
    topic, grown = asked(), PersonFactory()
    StagePeriod.objects.create(person=grown, stage=Stage.CAPACITY, start_at=NOW - DAY, reason="aturan")
    vote(topic, grown)
    assert [(line.label, line.votes) for line in demand.by_stage(topic)] == [
        ("Penyadaran", 1), ("Penguatan kapasitas", 1),
    ]  # fmt: skip
    rows = TopicProposal.objects.all()
    for stage, votes in (("AWARENESS", 1), ("CAPACITY", 1)):
        assert demand.by_demand(rows, person=None, among=demand.voters_in(stage=stage)).get().votes_now == votes
    assert not demand.by_demand(rows, person=None, among=demand.voters_in(stage="ENRICHMENT"))


# Pages


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="foundation.accounts.backends.LoginBackend")
    return client


def test_an_owner_proposes_is_shown_what_is_similar_and_proposes_all_the_same() -> None:
    office()
    there = asked("Foto produk makanan dengan HP")
    client = logged_in(OwnerFactory().user)
    data = {"title": "Foto makanan", "reason": "Untuk katalog", "sector": ""}
    page = client.post(reverse("trainings:topic-propose"), data)
    assert there.title in page.content.decode()
    assert TopicProposal.objects.count() == 1
    client.post(reverse("trainings:topic-propose"), {**data, "sure": "1"})
    assert TopicProposal.objects.count() == 2


def test_one_tap_in_the_list_gives_a_vote_and_one_takes_it_back() -> None:
    office()
    topic, owner = asked(), OwnerFactory()
    client = logged_in(owner.user)
    client.post(reverse("trainings:topic-vote", args=[topic.uid]), {"list": "1"})
    assert votes(topic) == 2
    client.post(reverse("trainings:topic-take-back", args=[topic.uid]))
    assert votes(topic) == 1


def test_a_topic_of_another_city_is_not_there() -> None:
    topic = asked(person=PersonFactory(village=region("32.04.05.2001")))
    client = logged_in(OwnerFactory().user)
    assert client.get(topics.path(topic)).status_code == 404
    assert client.post(reverse("trainings:topic-vote", args=[topic.uid])).status_code == 404


def test_the_one_who_runs_a_training_names_the_topics_it_answers() -> None:
    topic = asked()
    training = TrainingFactory(starts_at=clock.now() + DAY * 9)
    client = logged_in(training.facilitator)
    address = reverse("trainings:training-topics", args=[training.uid])
    assert topic.title in client.get(address).content.decode()
    client.post(address, {"topics": [str(topic.uid)]})
    assert list(training.topics.all()) == [topic]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_with_one_topic_and_with_three(rows: int) -> None:
    office()
    for number in range(rows):
        asked(f"Topik {number}")
    client = logged_in(OwnerFactory().user)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("trainings:topic-list")).status_code == 200
    assert len(queries) <= 12


def test_a_topic_that_nobody_votes_for_any_more_is_answered_or_declined_like_any_other() -> None:
    answered, other = TopicProposalFactory(), TopicProposalFactory()
    training = TrainingFactory(status=TrainingStatus.PLANNED, published_at=None)
    topics.answer_with(training=training, topics=[answered], by=None, now=NOW)
    trainings.publish(training=training, by=None, now=NOW)
    topics.decline(topic=other, note="Tidak tahun ini.", by=training.facilitator, now=NOW)
    assert not Message.objects.filter(kind__in=["topic_scheduled", "topic_declined"]).exists()
