"""Letters of recommendation for the reduced trade mark fee: numbered without gaps, withdrawn but never deleted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.audit import log
from foundation.common import codes, serials
from foundation.common.errors import ActionError
from foundation.regions.models import Office
from members.entries import squeeze
from members.enums import LicenceKind
from members.models import LETTER_CODE_LENGTH, Business, LetterSerial, Licence, LicenceCase, RecommendationLetter
from members.queries import village_label

# Filing code of cooperatives and small business in the numbering of letters, unless the office sets its own.
FILING_CODE: Final = "500.3"
FIRST_CLASS, LAST_CLASS = 1, 45
POST: Final = "Kepala Dinas"


class NoOffice(ActionError):
    message = _("No office serves the place of this business, so nobody can sign.")


class NoSigner(ActionError):
    message = _("The name of the head of office is missing. Please have it written down under Offices first.")


class NoNib(ActionError):
    message = _("The letter is for businesses with a NIB. Please arrange the NIB first.")


class MarkMissing(ActionError):
    message = _("Please write the trade mark as it stands on the label.")
    field = "mark"


class GoodsMissing(ActionError):
    message = _("Please write the goods or services, and their class from 1 to 45.")
    field = "goods"


class LetterExists(ActionError):
    message = _("There is already a letter for this mark in this year.")
    field = "mark"


class LetterGone(ActionError):
    message = _("This letter is already withdrawn.")


class LetterNeedsReason(ActionError):
    message = _("Withdrawing a letter needs a reason.")
    field = "reason"


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What is filed: one mark for one kind of goods or services, with its class."""

    mark: str
    goods: str
    goods_class: int


@transaction.atomic
def issue(
    *, business: Business, filing: Filing, case: LicenceCase | None, by: User, now: datetime
) -> RecommendationLetter:
    """The letter for one mark and one filing, in the year in which it is signed.

    Raises NoOffice, NoSigner, NoNib, MarkMissing, GoodsMissing, LetterExists.
    """
    office = Office.objects.serving(business.office_code)
    if office is None:
        raise NoOffice
    day = timezone.localtime(now, office.tz).date()
    if not office.head_name:
        raise NoSigner
    if not Licence.objects.held(LicenceKind.NIB, on=day).filter(business=business).exists():
        raise NoNib
    mark, goods = squeeze(filing.mark), squeeze(filing.goods)
    if not mark:
        raise MarkMissing
    if not goods or not FIRST_CLASS <= filing.goods_class <= LAST_CLASS:
        raise GoodsMissing
    serial = serials.take(LetterSerial, office_code=office.region_id, year=day.year)
    letter = RecommendationLetter(
        business=business,
        case=case,
        office_code=office.region_id,
        year=day.year,
        serial=serial,
        number=number(office, serial, day.year),
        code=codes.make(LETTER_CODE_LENGTH),
        applicant=business.owner.full_name,
        address=address_of(business),
        mark=mark,
        goods=goods,
        goods_class=filing.goods_class,
        signer_name=office.head_name,
        signer_title=office.head_title,
        signer_post=f"{POST} {office.name.removeprefix('Dinas ')}"[:120],
        issued_at=now,
        issued_by=by,
    )
    _save(letter)
    log.record("letter.issued", letter, by=by, now=now, mark=mark, number=letter.number)
    return letter


def _save(letter: RecommendationLetter) -> None:
    try:
        with transaction.atomic():
            letter.save(force_insert=True)
    except IntegrityError as error:
        if "mark_once_a_year" in (getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""):
            raise LetterExists from error
        raise


def address_of(business: Business) -> str:
    """Where the owner can be found, as it is printed."""
    owner = business.owner
    street = owner.address or business.address
    return ", ".join(part for part in (street, village_label(owner.village)) if part)


def number(office: Office, serial: int, year: int) -> str:
    """`500.3/12/Diskop-UKM/2026`, with the office's own filing code and sign where it has set them."""
    own = office.preferences
    return f"{own.get('letter_filing_code', FILING_CODE)}/{serial}/{own.get('office_sign', 'Diskop-UKM')}/{year}"


@transaction.atomic
def withdraw(*, letter: RecommendationLetter, reason: str, by: User, now: datetime) -> RecommendationLetter:
    """Declare a letter void; its page says so from now on. Raises LetterGone, LetterNeedsReason."""
    letter = RecommendationLetter.objects.locked(letter.pk)
    if not letter.is_valid:
        raise LetterGone
    if not reason.strip():
        raise LetterNeedsReason
    letter.withdrawn_at, letter.withdraw_reason = now, reason.strip()
    letter.save(update_fields=["withdrawn_at", "withdraw_reason", "updated_at"])
    log.record("letter.withdrawn", letter, by=by, now=now, reason=letter.withdraw_reason)
    return letter
