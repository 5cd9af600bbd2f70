"""NIB and other licences as gates: where a programme needs one, the way on is its case."""

from django.urls import reverse
from django.utils.translation import gettext as _

from members.checklists import short_kind
from members.enums import BusinessStatus, LicenceKind
from members.models import Business, LicenceCase, Person


def way_to(person: Person, kind: str) -> tuple[str, str]:
    """Address and words of the button of a refusal: the running case of this licence, else the page that opens one."""
    name = {"licence": short_kind(LicenceKind(kind))}
    case = LicenceCase.objects.running().filter(business__owner=person, kind=kind).order_by("opened_at", "pk").first()
    if case is not None:
        return reverse("members:case", args=[case.uid]), _("See how far the %(licence)s is") % name
    mine = Business.objects.filter(owner=person).order_by("pk")
    business = mine.filter(status=BusinessStatus.ACTIVE).first() or mine.first()
    if business is None:
        return reverse("members:profile"), _("My licences")
    address = reverse("members:licence-help", args=[business.uid, kind.lower()])
    return address, _("Help me get it: %(licence)s") % name
