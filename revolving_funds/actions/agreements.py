"""A new agreement with a bank, on a page: who lends, who bears the risk, from which day."""

from datetime import date, datetime, timedelta
from itertools import count

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.common.dates import short_date
from foundation.common.errors import ActionError
from foundation.regions.models import Office
from revolving_funds.actions import programme
from revolving_funds.actions.rules import CHANGEABLE, DayInPast, NotSeen
from revolving_funds.enums import BankKind, Mode
from revolving_funds.models import Agreement, AgreementTerms, Application, Bank, Loan


class BankMissing(ActionError):
    message = _("Choose a bank, or write the name and the kind of a new one.")
    field = "bank"


class LaterAgreement(ActionError):
    message = _("An agreement with this bank already begins on that day or later.")
    field = "valid_from"


@transaction.atomic
def agree(
    *,
    office: Office,
    bank: Bank | None,
    number: str,
    mode: Mode,
    legal_basis: str,
    valid_from: date,
    by: User,
    now: datetime,
    on: date,
    seen: bool,
    bank_name: str = "",
    bank_kind: str = "",
) -> Agreement:
    """A new agreement with a bank that is known, or with a new one (`bank_name`, `bank_kind`), and its first pool.

    It takes the place of the agreement that holds with this bank, whose pools and loans stay as they are and whose terms it
    begins with. Without `seen` nothing is changed, and NotSeen says what it touches. Raises BankMissing, DayInPast,
    LaterAgreement.
    """
    if valid_from < on:
        raise DayInPast
    if bank is None:
        bank = _new_bank(bank_name, bank_kind)
    rows = Agreement.objects.for_update().filter(office=office, bank=bank)
    if rows.filter(valid_from__gte=valid_from).exists():
        raise LaterAgreement
    before = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from)).first()
    if not seen:
        raise NotSeen(_touched(before, valid_from))
    if before is not None:
        before.valid_to = valid_from - timedelta(days=1)
        before.save(update_fields=["valid_to", "updated_at"])
    made = programme.sign(
        office=office,
        bank=bank,
        number=number,
        legal_basis=legal_basis,
        valid_from=valid_from,
        by=by,
        now=now,
        mode=mode,
    )
    if (old := terms_of(before, valid_from)) is not None:
        values = {name: getattr(old, name) for name in CHANGEABLE[AgreementTerms]}
        AgreementTerms.objects.filter(agreement=made).update(**values)
    programme.open_pool(agreement=made, year=valid_from.year, by=by, now=now)
    return made


def terms_of(agreement: Agreement | None, on: date) -> AgreementTerms | None:
    """The terms of an agreement that ends, as they stand on `on`."""
    return None if agreement is None else AgreementTerms.objects.on(on).filter(agreement=agreement).first()


def _new_bank(name: str, kind: str) -> Bank:
    name = name.strip()
    if not name or kind not in BankKind.values:
        raise BankMissing
    found = Bank.objects.filter(name__iexact=name).first()
    return found or Bank.objects.create(name=name, code=_free_code(name), kind=kind)


def _free_code(name: str) -> str:
    """A short code that no other bank has: `bank-jatim`, `bank-jatim-2`."""
    stem = slugify(name)[:26] or "bank"
    taken = set(Bank.objects.filter(code__startswith=stem).values_list("code", flat=True))
    tries = (stem if n == 1 else f"{stem}-{n}" for n in count(1))
    return next(code for code in tries if code not in taken)


def _touched(before: Agreement | None, valid_from: date) -> str:
    if before is None:
        return gettext("A first agreement with this bank touches nobody. Its pool begins empty.")
    running = Loan.objects.open().filter(pool__agreement=before).count()
    waiting = Application.objects.live().filter(pool__agreement=before).count()
    return gettext(
        "The agreement %(number)s ends the day before %(day)s. %(running)d running loans and %(waiting)d approved applications stay under it, as does the money in its pools until it is carried over."
    ) % {"number": before.number, "day": short_date(valid_from), "running": running, "waiting": waiting}
