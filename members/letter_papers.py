"""The letter of recommendation as a document."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from foundation.common import dates
from foundation.common.documents import qr_svg_text, render_pdf
from foundation.regions.models import Office
from members.enums import LicenceKind
from members.models import RecommendationLetter


def letter_pdf(letter: RecommendationLetter) -> bytes:
    """One A4 page, always in Indonesian: it is an official paper."""
    office = Office.objects.serving(letter.office_code)
    zone = office.tz if office else timezone.get_default_timezone()
    with translation.override("id"), timezone.override(zone):
        return render_pdf("recommendation", letter_data(letter, office))


def letter_data(letter: RecommendationLetter, office: Office | None) -> dict[str, Any]:
    """What templates/documents/recommendation.typ prints."""
    business = letter.business
    nib = business.licences.filter(kind=LicenceKind.NIB).first()
    address = settings.SITE_URL + reverse("members:letter-verify", args=[letter.code])
    regency = office.region.name if office else ""
    return {
        "government": f"Pemerintah {regency}" if regency else "",
        "office": office.name if office else "",
        "office_address": office.address if office else "",
        "office_contact": ", ".join(part for part in (office.phone, office.email) if part) if office else "",
        "city": regency.removeprefix("Kota ").removeprefix("Kabupaten "),
        "number": letter.number,
        "issued": dates.short_date(letter.issued_at),
        "year": letter.year,
        "applicant": letter.applicant,
        "address": letter.address,
        "business": business.name,
        "line": str(business.kbli) if business.kbli else business.product,
        "scale": str(business.get_scale_display()),
        "nib": nib.number if nib else "",
        "mark": letter.mark,
        "goods": letter.goods,
        "goods_class": letter.goods_class,
        "signer_name": letter.signer_name,
        "signer_title": letter.signer_title,
        "signer_post": letter.signer_post,
        "code": letter.code,
        "verify": address,
        "qr": qr_svg_text(address),
        "withdrawn": not letter.is_valid,
    }
