"""Who speaks for a bank: its people, and the systems that call us with a token and a signature."""

import secrets
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common.errors import ActionError
from revolving_funds.models import Agreement, Bank, BankAccess


class NotYourBank(ActionError):
    message = _("This account does not speak for a bank yet. The office gives it its bank.")


@transaction.atomic
def give(*, user: User, bank: Bank, by: User | None, now: datetime) -> tuple[BankAccess, str]:
    """Let `user` speak for `bank`, and draw a new secret for its signatures; it is told once. The old one ends."""
    secret = secrets.token_urlsafe(32)
    access, _created = BankAccess.objects.update_or_create(
        user_id=user.pk, defaults={"bank": bank, "secret": secret, "given_by": by}
    )
    log.record("bank.access_given", access, by=by, now=now, bank=bank.code)
    return access, secret


def bank_of(user: User) -> Bank:
    """The bank for which `user` speaks. Raises NotYourBank."""
    access = BankAccess.objects.filter(user_id=user.pk).select_related("bank").first()
    if access is None:
        raise NotYourBank
    return access.bank


def agreements_of(user: User, on: date, permission: str) -> list[Agreement]:
    """The agreements of the user's bank in the regions where `user` holds `permission`."""
    bank = bank_of(user)
    rows = Agreement.objects.visible_to(user, permission).filter(bank=bank, valid_from__lte=on)
    return list(rows.select_related("office", "bank").order_by("pk"))
