"""The kinds of messages. Each app registers its own in `<app>/messages.py`, imported by its AppConfig."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """What a person can switch off by channel; SERVICE (codes, money, decisions) always arrives."""

    SERVICE = "SERVICE", _("Decisions, money and security")
    TRAINING = "TRAINING", _("Trainings")
    FORUM = "FORUM", _("Forum")
    FOLLOW_UP = "FOLLOW_UP", _("Follow-up of your business")


class Channel(models.TextChoices):
    APP = "APP", _("In the app")
    WHATSAPP = "WHATSAPP", _("WhatsApp")
    EMAIL = "EMAIL", _("Email")


@dataclass(frozen=True)
class Kind:
    """A kind of message. `title` and `body` are lazy strings with %(name)s places filled from `context`.

    `template` is the approved WhatsApp template; NIK, amounts and arrears never stand in `body`
    (the Cloud API is hosted abroad, UU 27/2022 art. 56), the person opens the link instead.
    """

    name: str
    category: Category
    title: Any
    body: Any
    template: str
    channels: tuple[Channel, ...] = (Channel.APP, Channel.WHATSAPP, Channel.EMAIL)
    # The name in `context` of a value that nobody may read later (a code): kept encrypted, wiped when sent.
    secret: str = ""
    # After this it is better not sent at all.
    lifetime: timedelta | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    if kind.name in _kinds and _kinds[kind.name] != kind:
        raise ValueError(f"Two kinds of message are called {kind.name}.")
    _kinds[kind.name] = kind
    return kind


def get(name: str) -> Kind:
    return _kinds[name]


def every() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: kind.name)
