"""Printed cards: one in force for each owner; a lost one is called in and opens no door any more."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from foundation.accounts.models import User
from foundation.audit import log
from members.models import Person
from trainings import codes
from trainings.models import MemberCard
from trainings.models.door import CARD_LENGTH


@transaction.atomic
def issue(*, people: Sequence[Person], by: User | None, now: datetime) -> list[MemberCard]:
    """The cards of `people`, in their order; who has none in force gets one."""
    wanted = {person.pk: person for person in people}
    held = set(
        MemberCard.objects.filter(person__in=wanted, revoked_at__isnull=True).values_list("person_id", flat=True)
    )
    for pk in sorted(set(wanted) - held):
        card, is_new = MemberCard.objects.get_or_create(
            person=wanted[pk],
            revoked_at=None,
            defaults={"code": codes.make(CARD_LENGTH), "issued_at": now, "created_at": now},
        )
        if is_new:
            log.record("card.issued", wanted[pk], by=by, now=now, card=card.pk)
    cards = MemberCard.objects.filter(person__in=wanted, revoked_at__isnull=True).select_related("person__village")
    found = {card.person_id: card for card in cards}
    return [found[person.pk] for person in people]


@transaction.atomic
def replace(*, person: Person, by: User | None, now: datetime) -> MemberCard:
    """A lost card: the old one is called in, a new one takes its place."""
    for card in MemberCard.objects.for_update().filter(person=person, revoked_at__isnull=True):
        card.revoked_at = now
        card.save(update_fields=["revoked_at", "updated_at"])
        log.record("card.revoked", person, by=by, now=now, card=card.pk)
    return issue(people=[person], by=by, now=now)[0]
