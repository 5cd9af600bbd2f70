"""An appeal that came by letter, entered on the page of the refused application."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed
from foundation.common.dates import short_date
from revolving_funds import appealing, forms
from revolving_funds.actions import appeals
from revolving_funds.admin.parts import person_of
from revolving_funds.models import Application


def _enter(request: HttpRequest, application: Application, cleaned: dict[str, Any]) -> str:
    letter = appeals.Letter(written_on=cleaned.pop("letter_on"), arrived_on=cleaned.pop("arrived_on"))
    made = appeals.file(
        application=application,
        letter=letter,
        by=person_of(request),
        now=clock.now(),
        on=clock.today(),
        **cleaned,
    )
    return _("The appeal is entered. It is to be answered by %(day)s, by another officer.") % {
        "day": short_date(made.answer_by)
    }


def _can_be_entered(application: Application) -> bool:
    """Refused, and no appeal stands. Whether the letter came in time is judged by the day on which it arrived."""
    way = appealing.way(application, on=clock.today())
    return way is not None and way.latest is None


LETTER_DEED = Deed(
    "keberatan",
    gettext_lazy("Enter an appeal that came by letter"),
    "revolving_funds.enter_appeal",
    _enter,
    forms.AppealLetterForm,
    available=_can_be_entered,
    open_to=lambda user, row: row.borrower_id != user.pk,
    primary=True,
    takes_user=True,
    initial=lambda _row: {"arrived_on": clock.today()},
    text=gettext_lazy(
        "For an owner who wrote on paper. It counts as if she had filed it on her page; whoever enters it does not answer it."
    ),
)
