"""What happened in a made-up city: trainings, loans, talk, and the follow-up of it all, by each app's own seeding."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from forums.actions import seeding as forums
from foundation.accounts.models import Assignment, User
from foundation.accounts.roles import Role
from foundation.common.bulk import settle
from members.actions import seeding as members
from members.actions import stages
from members.models import Person
from monitoring.actions import seeding as monitoring
from msme_platform.cities.city import Seeding
from revolving_funds.actions import closing, due_days, seeding_capital, seeding_dealings
from revolving_funds.actions import seeding as funds
from revolving_funds.actions.seeding import BankShare
from trainings.actions import community_seeding, step_seeding, topic_seeding
from trainings.actions import seeding as trainings
from trainings.actions.seeding import Participant

TALKERS = 40


def live(run: Seeding, *, places: int, banks: Sequence[BankShare], topics: int) -> list[str]:
    """Two years of trainings with `places` a year, the loans of `banks`, `topics` on the boards, and their follow-up."""
    lines = [*_cases(run), *_trainings(run, places)]
    settle()
    lines += _loans(run, banks)
    settle()
    lines += _talk(run, topics)
    lines += _follow_up(run)
    return [*lines, f"{stages.recompute(now=run.now):,} moved on by the rules of the stages"]


def _cases(run: Seeding) -> list[str]:
    made = members.seed_cases(office=run.office, rng=Random(f"{run.city.key}:cases"), now=run.now)  # noqa: S311 -- made-up data
    return [f"{made:,} licensing cases"]


def _trainings(run: Seeding, places: int) -> list[str]:
    owners = Person.objects.filter(village__code__startswith=run.city.code).order_by("pk")
    people = [Participant(*row) for row in owners.values_list("pk", "full_name", "village_id")]
    held = Assignment.objects.in_force().filter(role=Role.FACILITATOR, region_code__startswith=run.city.code)
    leaders = dict(held.order_by("pk").values_list("region_code", "user_id"))
    made = [
        trainings.seed_year(
            office=run.office, year=year, people=people, leaders=leaders, rng=run.rng, now=run.now, places=places
        )
        for year in (run.as_of.year - 1, run.as_of.year)
    ]
    topic_seeding.seed_topics(office=run.office, people=people, now=run.now)
    community_seeding.seed_communities(office=run.office, people=people, now=run.now)
    step_seeding.seed_steps(office=run.office, now=run.now)
    return [f"{sum(year.trainings for year in made):,} trainings", f"{sum(year.places for year in made):,} places"]


def _loans(run: Seeding, banks: Sequence[BankShare]) -> list[str]:
    lines = funds.seed_loans(office=run.office, banks=banks, rng=run.rng, as_of=run.as_of, now=run.now)
    seeding_capital.seed_sources(office=run.office, now=run.now)
    closing.close_day(office=run.office, on=run.as_of - timedelta(days=1), now=run.now)  # late loans are listed at once
    due_days.raise_again(office=run.office, on=run.as_of)
    hands = funds.hands_of(run.office)
    return lines + seeding_dealings.seed_dealings(office=run.office, hands=hands, as_of=run.as_of, now=run.now)


def _talk(run: Seeding, topics: int) -> list[str]:
    forums.seed_boards(run.office)
    return [f"{forums.seed_topics(run.office, _talkers(run), run.rng, topics, now=run.now)} topics"]


def _talkers(run: Seeding) -> list[User]:
    """A few owners of the city get accounts: only who has one can write on the boards."""
    rows = Person.objects.filter(village__code__startswith=run.city.code, user=None).exclude(phone="")
    owners = list(rows.order_by("pk").values_list("pk", flat=True))
    found = []
    for key in run.rng.sample(owners, min(TALKERS, len(owners))):
        owner = Person.objects.get(pk=key)
        owner.user = User.objects.create_user(phone=owner.phone, full_name=owner.full_name, phone_verified=True)
        owner.save(update_fields=["user", "updated_at"])
        found.append(owner.user)
    return found


def _follow_up(run: Seeding) -> list[str]:
    made = monitoring.seed_history(run.office, run.rng, run.as_of)
    return [f"{made.checkins:,} check-ins", f"{made.answers:,} answers"]
