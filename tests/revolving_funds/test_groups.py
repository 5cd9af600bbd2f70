"""Ten to twenty people ask together: all are sent or none, and what a late fellow means is the rule's to say."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.accounts.roles import Role
from foundation.regions.models import Office
from members.models import Person
from revolving_funds import eligibility, queries
from revolving_funds.actions import applications, groups, loans
from revolving_funds.enums import GroupRule
from revolving_funds.models import Application, GroupApplication, Loan, Policy
from revolving_funds.models.groups import MOST
from tests.factories import revolving_funds as make
from tests.factories.foundation import region, user_with_role

pytestmark = pytest.mark.django_db
NOW, TODAY = make.NOW, make.TODAY
LATER = dt.date(2026, 3, 10)  # the instalment of 15 February (a Sunday, so the 16th) is 22 days late


def whole(person: Person) -> Application:
    application = make.draft(person)
    applications.fill(
        application=application, by=person.user, now=NOW, amount=2_000_000, purpose="MATERIALS", monthly_sales=1
    )
    make.show_papers(application)
    return application


def gathered(size: int = 10, *, ready: bool = True) -> GroupApplication:
    """A group of `size` whole applications, each said to be ready; as rows, for the actions have tests of their own."""
    make.office()
    people = [make.owner(full_name=f"Ibu {number:02d}") for number in range(size)]
    group = GroupApplication.objects.create(
        name="KUB Melati", code="7K4M2Q", village_id=people[0].village_id, leader=people[0]
    )
    rows = Application.objects.bulk_create(
        Application(
            person=person,
            business=make.business(person),
            village_id=person.village_id,
            level=1,
            tenor_months=10,
            amount=2_000_000,
            purpose="MATERIALS",
            monthly_sales=1,
            group=group,
            ready_at=NOW if ready else None,
        )
        for person in people
    )
    for row in rows:
        make.show_papers(row)
    return group


def sent(group: GroupApplication) -> GroupApplication:
    return groups.send(group=group, by=group.leader.user, now=NOW, on=TODAY)


def seen_by(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", answer.content.decode())


def test_found_join_ready_by_code_however_it_is_typed() -> None:
    make.office()
    leader, fellow = make.owner(), make.owner()
    group = groups.found(person=leader, name=" KUB Melati ", by=leader.user, now=NOW, on=TODAY)
    with pytest.raises(groups.InAnotherGroup):
        groups.found(person=leader, name="Lain", by=leader.user, now=NOW, on=TODAY)
    row = whole(fellow)
    groups.join(person=fellow, code=f" {group.code.lower()} ", by=fellow.user, now=NOW, on=TODAY)
    row.refresh_from_db()
    assert groups.ready(application=row, by=fellow.user, now=NOW, on=TODAY).ready_at == NOW
    with pytest.raises(applications.AmountMissing):
        groups.ready(application=group.applications.get(person=leader), by=leader.user, now=NOW, on=TODAY)


def test_all_or_none_one_who_lost_her_business_keeps_all_at_home() -> None:
    group = gathered()
    last = group.applications.order_by("-pk").select_related("person").first()
    assert last is not None
    last.person.businesses.update(status="CLOSED")
    with pytest.raises(groups.SomebodyNotReady, match=str(last.person)):
        sent(group)
    assert set(group.applications.values_list("status", flat=True)) == {"DRAFT"}
    assert GroupApplication.objects.get().state == "GATHERING"


def test_nine_are_too_few_twenty_one_cannot_come_in_and_the_database_says_so_too() -> None:
    group = gathered(9)
    with pytest.raises(groups.WrongSize, match="9"):
        sent(group)
    for size in (9, 21, None):
        with pytest.raises(IntegrityError, match="groupapplication_ten_to_twenty"), transaction.atomic():
            GroupApplication.objects.filter(pk=group.pk).update(state="SENT", size=size, sent_at=NOW)
    with pytest.raises(IntegrityError, match="groupapplication_state_known"), transaction.atomic():
        GroupApplication.objects.filter(pk=group.pk).update(state="X")


def test_who_comes_as_the_twenty_first_stays_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    group, extra = gathered(3), make.owner()
    monkeypatch.setattr(groups, "MOST", 3)
    with pytest.raises(groups.GroupFull):
        groups.join(person=extra, code=group.code, by=extra.user, now=NOW, on=TODAY)
    assert MOST == 20


def test_somebody_who_is_not_ready_is_named_and_what_she_changes_makes_her_unready() -> None:
    group = gathered(10)
    row = group.applications.order_by("-pk").select_related("person__user").first()
    assert row is not None
    applications.fill(application=row, by=row.person.user, now=NOW, amount=1_500_000)
    with pytest.raises(groups.SomebodyNotReady, match=str(row.person)):
        sent(group)
    with pytest.raises(applications.SentTogether):
        applications.submit(application=row, by=row.person.user, now=NOW, on=TODAY)
    groups.leave(application=row, by=row.person.user, now=NOW)
    assert applications.submit(application=row, by=row.person.user, now=NOW, on=TODAY).status == "SUBMITTED"


def test_only_the_leader_sends_and_dissolves_and_she_does_not_leave() -> None:
    group = gathered(3)
    fellow = group.applications.exclude(person=group.leader).select_related("person__user").first()
    leads = group.applications.get(person=group.leader)
    assert fellow is not None
    for act in (
        lambda by: groups.send(group=group, by=by, now=NOW, on=TODAY),
        lambda by: groups.dissolve(group=group, by=by, now=NOW),
    ):
        with pytest.raises(groups.NotTheLeader):
            act(fellow.person.user)
    with pytest.raises(groups.LeaderStays):
        groups.leave(application=leads, by=group.leader.user, now=NOW)
    with pytest.raises(applications.LeaderStays):
        applications.withdraw(application=leads, by=group.leader.user, now=NOW, on=TODAY)
    with pytest.raises(groups.NotTheLeader):
        groups.leave(application=fellow, by=make.owner().user, now=NOW)
    groups.dissolve(group=group, by=group.leader.user, now=NOW)
    assert not Application.objects.filter(group__isnull=False).exists()
    assert Application.objects.filter(status="DRAFT").count() == 3
    with pytest.raises(groups.NotGathering):
        groups.ready(application=fellow, by=fellow.person.user, now=NOW, on=TODAY)


def test_a_code_of_another_city_or_of_a_sent_file_opens_nothing() -> None:
    group = gathered(2)
    make.office("32.04")
    stranger = make.owner(village=region("32.04.05.2001"))
    with pytest.raises(groups.NoSuchGroup):
        groups.join(person=stranger, code=group.code, by=stranger.user, now=NOW, on=TODAY)
    GroupApplication.objects.filter(pk=group.pk).update(state="SENT", size=10, sent_at=NOW)
    late = make.owner()
    with pytest.raises(groups.NoSuchGroup):
        groups.join(person=late, code=group.code, by=late.user, now=NOW, on=TODAY)


# A late fellow


def paid_out(group: GroupApplication) -> list[Loan]:
    """Two of the group have their loan; the first never pays."""
    make.pool()
    found = []
    for row in group.applications.order_by("pk")[:2]:
        make.checked(row)
        applications.survey(application=row, by=make.verifier(), now=NOW, on=TODAY, **make.SEEN)
        applications.approve(application=row, by=make.approver(), now=NOW, on=TODAY)
        found.append(loans.disburse(application=row, by=make.treasurer(), now=NOW, on=TODAY))
    return found


def rule(value: GroupRule) -> None:
    Policy.objects.update(group_rule=value)


@pytest.fixture
def late() -> tuple[GroupApplication, Loan, Person]:
    """A sent group, the loan of a fellow who is late, and a fellow who paid all of hers and may climb."""
    group = gathered(3)
    GroupApplication.objects.filter(pk=group.pk).update(state="SENT", size=10, sent_at=NOW)  # the others do not matter
    for row in group.applications.select_related("person__user"):
        applications.send(application=row, applied_by=row.person.user, by=row.person.user, now=NOW)
    bad, good = paid_out(group)
    for row in good.instalments.order_by("number"):
        make.repay(good, row.amount, TODAY + dt.timedelta(days=1))
    return group, bad, good.person


@pytest.mark.parametrize(
    ("value", "may", "key", "says"),
    [
        (GroupRule.IGNORE, True, "", ""),
        (GroupRule.WARN, True, "group", "Ada anggota kelompok yang sama"),
        (GroupRule.BLOCK, False, "programme", "Ada anggota kelompok yang sama"),
    ],
)
def test_what_a_late_fellow_does_is_the_rule(
    late: tuple[GroupApplication, Loan, Person], value: GroupRule, may: bool, key: str, says: str
) -> None:
    group, _bad, person = late
    rule(value)
    answer = eligibility.of(person, on=LATER)
    assert answer.may_apply is may
    line = next((one for one in answer.conditions if one.key == key), None)
    assert (line.text.startswith(says) if line else says == "") is True
    calm = eligibility.of(person, on=dt.date(2026, 2, 20))  # four days: within what the rule of punctuality allows
    assert calm.may_apply
    assert all(one.key != "group" for one in calm.conditions)
    waiting = group.applications.order_by("pk").last()
    assert waiting is not None
    make.checked(waiting)
    applications.survey(application=waiting, by=make.verifier(), now=NOW, on=LATER, **make.SEEN)
    if value == GroupRule.BLOCK:
        with pytest.raises(applications.FellowLate):
            applications.approve(application=waiting, by=make.approver(), now=NOW, on=LATER)
    else:
        applications.approve(application=waiting, by=make.approver(), now=NOW, on=LATER)


def test_who_was_never_in_the_group_is_not_touched(late: tuple[GroupApplication, Loan, Person]) -> None:
    assert late
    rule(GroupRule.BLOCK)
    office = Office.objects.get(region_id="16.71")
    policy = queries.policy_on(office, LATER)
    assert policy is not None
    assert queries.late_fellows(make.owner(), queries.rule_of(policy), LATER) == []
    assert eligibility.of(make.owner(), on=LATER).may_apply


# Pages


def test_a_group_on_the_phone_from_the_code_to_the_office() -> None:
    group = gathered(9)
    tenth = make.owner(full_name="Tuti Herawati")
    application = whole(tenth)
    client = seen_by(tenth.user)
    url = group.get_absolute_url()
    assert client.get(url).status_code == 404  # not hers yet
    assert "Kode" in text(client.get(reverse("revolving_funds:group-enter")))
    assert "Tidak ada kelompok" in text(client.post(reverse("revolving_funds:group-enter"), {"code": "XXXXXX"}))
    assert client.post(reverse("revolving_funds:group-enter"), {"code": group.code})["Location"] == url
    page = text(client.get(url))
    assert "10 orang, 9 siap" in page
    assert not re.search(r"\bRp\W", page.partition("<main")[2].partition("</main>")[0])  # names, no amounts
    sending = reverse("revolving_funds:application-send", args=[application.uid])
    assert "Punya saya siap" in text(client.get(sending))
    assert client.post(sending, {"agree": "on"})["Location"] == url
    assert client.post(reverse("revolving_funds:group-send", args=[group.uid])).status_code == 302
    assert Application.objects.filter(status="SUBMITTED").count() == 0  # a fellow does not send
    leader = seen_by(group.leader.user)
    assert "Kirim semua 10" in text(leader.get(url))
    leader.post(reverse("revolving_funds:group-send", args=[group.uid]))
    rows = Application.objects.filter(status="SUBMITTED", group=group)
    assert len(rows) == 10
    assert all(row.applied_by_id == row.borrower_id for row in rows)  # each said so herself
    assert "10 permohonan" in text(client.get(url))
    verifier = seen_by(make.verifier())
    listed = text(verifier.get(reverse("admin:revolving_funds_groupapplication_changelist")))
    assert "KUB Melati" in listed
    opened = text(verifier.get(reverse("admin:revolving_funds_groupapplication_change", args=[group.uid])))
    assert "Tuti Herawati" in opened
    one = text(verifier.get(reverse("admin:revolving_funds_application_change", args=[application.uid])))
    assert "KUB Melati" in one
    assert "Belum ada anggota kelompok yang terlambat" in one
    other = seen_by(user_with_role(Role.VERIFIER, "32.04"))
    assert other.get(reverse("admin:revolving_funds_groupapplication_change", args=[group.uid])).status_code == 404


def test_a_group_begins_on_a_page_and_its_leader_lets_a_fellow_go_and_dissolves_it() -> None:
    make.office()
    leader, fellow = make.owner(), make.owner()
    here, there = seen_by(leader.user), seen_by(fellow.user)
    here.post(reverse("revolving_funds:group-enter"), {"name": "KUB Kenanga"})
    group = GroupApplication.objects.get()
    there.post(reverse("revolving_funds:group-enter"), {"code": group.code})
    mine, hers = (group.applications.get(person=person) for person in (leader, fellow))
    leave = reverse("revolving_funds:group-leave", args=[group.uid, mine.uid])
    assert there.post(leave).status_code == 404
    here.post(reverse("revolving_funds:group-leave", args=[group.uid, hers.uid]))
    assert group.applications.count() == 1
    assert there.post(reverse("revolving_funds:group-dissolve", args=[group.uid])).status_code == 404
    here.post(reverse("revolving_funds:group-dissolve", args=[group.uid]))
    assert GroupApplication.objects.get().state == "DISSOLVED"


@pytest.mark.parametrize("size", [2, 5])
def test_the_page_of_a_group_costs_the_same_for_any_size(size: int) -> None:
    group = gathered(size, ready=False)
    client = seen_by(group.leader.user)
    client.get(group.get_absolute_url())
    with CaptureQueriesContext(
        connection,
    ) as spent:
        client.get(group.get_absolute_url())
    assert len(spent) <= 12, [query["sql"][:90] for query in spent]
