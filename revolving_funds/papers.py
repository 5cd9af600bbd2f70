"""The papers of the fund, as PDF: receipts. Official papers are in Indonesian, whoever prints them."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from foundation.common.dates import short_date
from foundation.common.documents import qr_svg_text, render_pdf
from foundation.common.money import in_words, rupiah
from foundation.ledger.models import Leg
from foundation.regions.models import Office
from revolving_funds.models import Repayment


def letterhead(office: Office) -> dict[str, str]:
    """Who issues a paper, and where it is signed: `Kota Palembang` -> `Palembang`."""
    return {
        "office": office.name,
        "address": office.address,
        "city": office.region.name.removeprefix("Kota ").removeprefix("Kabupaten "),
        "head_name": office.head_name,
        "head_title": office.head_title,
    }


def office_of(code: str) -> Office:
    return Office.objects.select_related("region").get(region_id=code)


def left_after(repayment: Repayment) -> int:
    """What was left of the loan when this payment was booked, as the book says."""
    leg = Leg.objects.filter(transaction=repayment.transaction_id, account=repayment.loan.account_id).first()
    return leg.balance_after if leg else 0


def receipt_pdf(repayment: Repayment) -> bytes:
    """One page with amount in words and a QR code that leads to the page where anybody can check it."""
    office = office_of(repayment.office_code)
    with translation.override("id"), timezone.override(office.tz):
        return render_pdf("receipt", receipt_data(repayment, office))


def receipt_data(repayment: Repayment, office: Office) -> dict[str, Any]:
    """What templates/documents/receipt.typ prints."""
    loan = repayment.loan
    address = settings.SITE_URL + reverse("revolving_funds:receipt-verify", args=[repayment.uid])
    return {
        **letterhead(office),
        "number": repayment.receipt_number,
        "payer": loan.person.full_name,
        "loan": loan.number,
        "bank": loan.pool.agreement.bank.name,
        "amount": rupiah(repayment.amount),
        "words": in_words(repayment.amount),
        "paid_on": short_date(repayment.paid_on),
        "booked_on": short_date(repayment.created_at),
        "reference": repayment.reference,
        "excess": rupiah(repayment.excess) if repayment.excess else "",
        "left": rupiah(left_after(repayment)),
        "reversed": repayment.is_reversed,
        "link": address,
        "qr": qr_svg_text(address),
    }
