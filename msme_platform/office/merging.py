"""What the apps have to say when two records of a person become one."""

from typing import Any

from django.utils.translation import gettext as _

from forums.models import Post, Topic
from foundation.notifications.models import Message
from members import merging
from members.actions import ownership
from revolving_funds.models import Loan


def two_running_loans(kept: Any, gone: Any) -> str:
    """The database would refuse it too; here it is said with what to do."""
    running = list(
        Loan.objects.open().filter(person__in=(kept, gone)).order_by("number").values_list("number", flat=True)
    )
    if len(running) < 2:  # noqa: PLR2004 -- one each
        return ""
    return _("Both records have a running loan (%(numbers)s). Merge them when one of the two is paid off.") % {
        "numbers": ", ".join(running)
    }


def loans_of(business: Any) -> list[str]:
    """What becomes of the loans when a business changes hands."""
    running = Loan.objects.open().filter(business=business).select_related("person").order_by("number")
    return [
        _("Loan %(number)s stays with %(name)s, who signed it, until it is paid off.")
        % {"number": loan.number, "name": loan.person.full_name}
        for loan in running
    ]


def connect() -> None:
    """Called once, when every app is loaded."""
    merging.object_when(two_running_loans)
    ownership.tell(loans_of)
    for model, name in ((Topic, "author"), (Post, "author"), (Message, "user")):
        merging.follows_account(model, name)
