"""The audit trail of a record in words for the person whom it is about."""

from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.audit.models import Event
from members.models import NumberKind

DEEDS: Final[dict[str, Any]] = {
    "person.seen": _("Opened your record"),
    "person.nik_shown": _("Had your whole NIK shown"),
    "person.number_shown": _("Had your whole number shown"),
    "person.exported": _("Took a list along in which you stand"),
    "person.registered": _("Registered you"),
    "person.claimed": _("Linked the record to your account"),
    "person.changed": _("Changed your record"),
    "data.copy_asked": _("Asked for a copy of your data"),
    "data.copy_fetched": _("Downloaded the copy of your data"),
}
FIELDS: Final[dict[str, Any]] = {
    "full_name": _("name"),
    "nik": _("NIK"),
    "sex": _("sex"),
    "birth_date": _("date of birth"),
    "phone": _("mobile number"),
    "email": _("email"),
    "village": _("village"),
    "address": _("address"),
}
WAYS: Final[dict[str, Any]] = {"api": _("by another system"), "office": _("in the office"), "portal": _("as assistant")}


def deed(event: Event) -> str:
    """`Opened your record`, `Changed your record: address, email`, `Had your whole number shown: NPWP`."""
    said = str(DEEDS.get(event.verb, _("Worked on your record")))
    fields = [str(FIELDS[name]) for name in event.data.get("fields", []) if name in FIELDS]
    if event.data.get("kind") in NumberKind.values:
        fields.append(str(NumberKind(event.data["kind"]).label))
    return f"{said}: {', '.join(fields)}" if fields else said


def who(event: Event, *, me: int | None) -> str:
    """The name of who did it; machines and the system are called so."""
    if event.actor is None:
        return gettext("Guyub itself")
    return (
        gettext("You yourself")
        if event.actor_id == me
        else str(event.actor.full_name or event.actor.email or event.actor)
    )


def way(event: Event) -> str:
    return str(WAYS.get(event.data.get("way", ""), ""))
