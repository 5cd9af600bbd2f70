"""Small, boring factories of the forum. Topics and posts come from the actions, as in life."""

import datetime as dt
from typing import Any

from forums.actions import posts, topics
from forums.enums import BoardKind, Sector
from forums.models import Board, Post, Topic
from forums.reach import OFFICE_CODE_LENGTH
from foundation.accounts.models import User
from foundation.accounts.roles import Role
from tests.factories.foundation import region, user_with_role
from tests.factories.members import OwnerFactory

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def later(**kwargs: float) -> dt.datetime:
    return NOW + dt.timedelta(**kwargs)


def board(code: str = "16.71.04", sector: str = "") -> Board:
    """The board of a region, or of a line of business in it."""
    kind = BoardKind.SECTOR if sector else BoardKind.REGION
    found, _created = Board.objects.get_or_create(
        kind=kind, region=region(code), sector=sector, defaults={"office_code": code[:5]}
    )
    return found


def culinary() -> Board:
    return board("16.71", Sector.CULINARY)


def owner(code: str = "16.71.04.1001", **fields: Any) -> User:
    """The account of an owner who lives in the village `code`."""
    user = OwnerFactory(village=region(code), user__created_at=LONG_AGO, **fields).user
    assert user is not None
    return user


def moderator(code: str = "16.71.04") -> User:
    if len(code) > OFFICE_CODE_LENGTH:
        return user_with_role(Role.FACILITATOR, code, created_at=LONG_AGO)
    email = f"petugas-{code}-{User.objects.count()}@contoh.go.id"
    return user_with_role(Role.STAFF, code, created_at=LONG_AGO, email=email)


def topic(by: User | None = None, at: dt.datetime = NOW, on: Board | None = None, **fields: Any) -> Topic:
    text = {"title": "Plastik apa yang tahan lama?", "body": "Keripik saya cepat melempem.", **fields}
    return topics.open_topic(board=on or board(), by=by or owner(), now=at, **text)


def reply(
    to: Topic, by: User | None = None, at: dt.datetime | None = None, body: str = "Pakai standing pouch."
) -> Post:
    return posts.reply(topic=to, by=by or owner(), now=at or later(minutes=to.post_count + 1), body=body)
