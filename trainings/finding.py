"""Whom a scanned or typed text means."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from foundation.common.phone import BadPhone, parse_mobile
from trainings import codes
from trainings.models import Enrolment, MemberCard, Session
from trainings.models.door import CARD_LENGTH
from trainings.models.enrolments import CODE_LENGTH

ROW = "id:"


@dataclass(frozen=True)
class Key:
    """What a text could be: the code of a ticket, of a card, or a phone number in E.164."""

    ticket: str = ""
    card: str = ""
    phone: str = ""
    # A line of the roster, ticked by name.
    row: uuid.UUID | None = None


def key_of(text: str, *, scanned: bool) -> Key:
    """Read a text. A scanned QR counts only with our signature; typed ones are taken as they were meant."""
    if text.startswith(ROW):
        return Key(row=_uid(text.removeprefix(ROW)))
    ticket, card = codes.read_ticket(text), codes.read_card(text)
    if scanned or ticket or card:
        return Key(ticket=ticket, card=card)
    code = codes.clean(text)
    try:
        return Key(phone=parse_mobile(text))
    except BadPhone:
        return Key(ticket=code if len(code) == CODE_LENGTH else "", card=code if len(code) == CARD_LENGTH else "")


def _uid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def find(session: Session, text: str, *, scanned: bool = False) -> Enrolment | None:
    """The enrolment that one text means; None when it is none of ours."""
    return find_many(session, [key_of(text, scanned=scanned)])[0]


def find_many(session: Session, keys: Iterable[Key]) -> list[Enrolment | None]:
    """The enrolment of each key, in a query for each sort of key.

    A ticket is found in any training, so that the refusal can say which; a card or a number finds its owner in the
    session's own training, a live enrolment first.
    """
    every = list(keys)
    rows = Enrolment.objects.select_related("person", "training")
    tickets = {key.ticket for key in every if key.ticket}
    by_code = {row.code: row for row in rows.filter(code__in=tickets)} if tickets else {}
    ticked = {key.row for key in every if key.row}
    by_uid = {row.uid: row for row in rows.filter(uid__in=ticked, training=session.training_id)} if ticked else {}
    cards, phones = {key.card for key in every if key.card}, {key.phone for key in every if key.phone}
    known: dict[str, Enrolment] = {}
    if cards or phones:
        of_cards = MemberCard.objects.filter(code__in=cards, revoked_at__isnull=True).values_list("person_id", "code")
        code_of = dict(of_cards) if cards else {}
        here = rows.filter(training=session.training_id).select_related("person__user", "training")
        mine = Q(person__in=code_of) | Q(person__phone__in=phones) | Q(person__user__phone__in=phones)
        for row in here.filter(mine).order_by("cancelled_at", "pk"):  # the live one last, so it stands
            account = row.person.user
            for name in (code_of.get(row.person_id), row.person.phone, account.phone if account else None):
                if name:
                    known[name] = row
    return [
        (by_uid.get(key.row) if key.row else None)
        or by_code.get(key.ticket)
        or known.get(key.card)
        or known.get(key.phone)
        for key in every
    ]
