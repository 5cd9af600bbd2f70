"""Two records of one business made one, by the machinery of members.actions.merges; taken back by `merges.undo`."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.common.errors import ActionError
from members import merging
from members.actions import merges
from members.models import Business, Merge

# What the kept business takes over where it has nothing of its own.
FILLED: Final = ("address", "kbli", "product", "workers", "started_year")
# Where the kept one knows neither, both come over, and with them the scale that follows from them.
MONEY: Final = ("capital", "annual_sales")
SCALE: Final = ("scale", "scale_basis")


class TwoOwners(ActionError):
    message = _("The two businesses belong to two people. If these are one person, please merge the people first.")


class TwoNumbers(ActionError):
    message = _(
        "Both businesses have a number of the same licence, and the numbers differ. "
        "Compare with the papers, and confirm that the numbers of the business you keep are the right ones."
    )
    field = "numbers_checked"


@transaction.atomic
def merge(*, kept: Business, gone: Business, by: User | None, now: datetime, numbers_checked: bool = False) -> Merge:
    """Make one business of two of one owner: all that hangs on `gone` moves to `kept`, which fills its gaps from it.

    Of each licence the one with a number counts, of two numbers that of `kept`; its status and history stay its own.
    Raises SamePerson, GoneAlready, TwoOwners, TwoNumbers, MergeForbidden (two running cases of one licence, ...).
    """
    kept, gone = merges.both(kept, gone)
    if kept.owner_id != gone.owner_id:
        raise TwoOwners
    if two_numbers(kept, gone) and not numbers_checked:
        raise TwoNumbers
    filled = merges.gaps(kept, gone, FILLED)
    if kept.capital is None and kept.annual_sales is None:
        money = merges.gaps(kept, gone, MONEY)
        filled |= money and {**money, **{name: (getattr(kept, name), getattr(gone, name)) for name in SCALE}}
    row = merging.frozen(gone)
    moved, weaker = merging.better_licences(kept=kept, gone=gone)
    gently, aside = merging.move_gently(kept=kept, gone=gone)
    moved += merging.move_all(kept=kept, gone=gone) + gently
    past = {"row": row, "filled": filled, "aside": weaker + aside}
    return merges.finish(kept=kept, gone=gone, past=past, moved=moved, by=by, now=now)


def two_numbers(kept: Business, gone: Business) -> bool:
    """Whether both have a number of the same licence, and not the same one."""
    own, theirs = (dict(one.licences.exclude(number="").values_list("kind", "number")) for one in (kept, gone))
    return any(number != theirs.get(kind, number) for kind, number in own.items())
