"""What is known of each line of the check before anybody looks: is it there at all?"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from foundation.common.dates import short_date
from foundation.common.money import rupiah
from revolving_funds.enums import CheckLine, DocumentKind
from revolving_funds.models import Application


@dataclass(frozen=True, slots=True)
class Fact:
    """Whether something stands there, and what."""

    there: bool
    text: str


def facts(application: Application) -> dict[CheckLine, Fact]:
    """One fact for each line, from the application and the register; three queries."""
    papers = {row.kind: row.created_at for row in application.documents.all()}
    licence = application.business.licences.filter(kind="NIB").first()
    person = application.person
    need = [rupiah(application.amount or 0), application.get_purpose_display(), application.details]
    return {
        CheckLine.KTP: _paper(papers.get(DocumentKind.KTP)),
        CheckLine.NAME: Fact(bool(person.full_name), _("In the register: %(name)s.") % {"name": person.full_name}),
        CheckLine.PLACE: _paper(papers.get(DocumentKind.PLACE)),
        CheckLine.NIB: Fact(
            bool(licence and licence.number),
            _("In the register: %(number)s.") % {"number": licence.number}
            if licence and licence.number
            else _("Not there."),
        ),
        CheckLine.NEED: Fact(bool(application.amount), ", ".join(part for part in need if part)),
        CheckLine.SALES: Fact(
            application.monthly_sales is not None,
            _("Not there.") if application.monthly_sales is None else rupiah(application.monthly_sales),
        ),
    }


def _paper(sent: object) -> Fact:
    return Fact(bool(sent), _("Sent on %(day)s.") % {"day": short_date(sent)} if sent else _("Not there."))  # type: ignore[arg-type]
