"""What an office says of itself: its names and addresses, who leads it, how its letters are numbered."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.accounts.signals import happened
from foundation.common.errors import ActionError
from foundation.regions.models import Office

# Kept among the settings; empty means the usual one of the house.
NUMBERING: Final = ("office_sign", "letter_filing_code", "certificate_filing_code")


class NameMissing(ActionError):
    message = _("An office has a name.")
    field = "name"


@dataclass(frozen=True)
class OfficeEntry:
    """As typed. `head_title` is printed under the name of the head: rank and number (NIP)."""

    name: str
    short_name: str
    address: str = ""
    phone: str = ""
    email: str = ""
    head_name: str = ""
    head_title: str = ""
    office_sign: str = ""
    letter_filing_code: str = ""
    certificate_filing_code: str = ""


def entry_of(office: Office) -> OfficeEntry:
    """What is known now."""
    own = {name: str(office.preferences.get(name, "")) for name in NUMBERING}
    names = (name for name in OfficeEntry.__dataclass_fields__ if name not in NUMBERING)
    return OfficeEntry(**{name: getattr(office, name) for name in names}, **own)


@transaction.atomic
def change(*, office: Office, entry: OfficeEntry, by: User | None, now: datetime) -> Office:
    """New letters and certificates are printed so; those that are out stay as they are. Raises NameMissing."""
    office = Office.objects.locked(office.pk)
    told: dict[str, str] = {name: " ".join(str(value).split()) for name, value in asdict(entry).items()}
    for name in ("name", "short_name"):
        if not told[name]:
            raise NameMissing(field=name)
    known = asdict(entry_of(office))
    fields = sorted(name for name, value in told.items() if known[name] != value)
    if not fields:
        return office
    for name in set(told) - set(NUMBERING):
        setattr(office, name, told[name])
    kept: dict[str, Any] = {name: value for name, value in office.preferences.items() if name not in NUMBERING}
    office.preferences = {**kept, **{name: told[name] for name in NUMBERING if told[name]}}
    office.save()
    happened.send(sender=Office, verb="office.changed", obj=office, by=by, now=now, data={"fields": fields})
    return office
