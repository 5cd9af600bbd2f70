"""The papers of the fund, as PDF: receipts. Official papers are in Indonesian, whoever prints them."""

from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from foundation.common.dates import short_date
from foundation.common.documents import qr_svg_text, render_pdf
from foundation.common.money import in_words, rupiah
from foundation.ledger.models import Leg
from foundation.regions.models import Office
from revolving_funds.models import LoanCase, Repayment


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


def case_facts(case: LoanCase) -> dict[str, Any]:
    """What was decided about a loan, in plain values: these are fingerprinted, and printed."""
    loan = case.loan
    rows = loan.instalments.filter(made_on=case.effective_on).order_by("version", "number")
    plan = [[row.number, row.due_on.isoformat(), row.amount] for row in rows] if case.kind == "RESTRUCTURE" else []
    return {
        "kind": case.kind,
        "loan": loan.number,
        "borrower": loan.person.full_name,
        "principal": loan.amount,
        "amount": case.amount,
        "reason": case.reason,
        "decree_number": case.decree_number,
        "decree_on": _iso(case.decree_on),
        "died_on": _iso(case.died_on),
        "certificate_number": case.certificate_number,
        "heir_name": case.heir_name,
        "tenor_months": case.tenor_months,
        "effective_on": _iso(case.effective_on),
        "proposed_by": str(case.proposed_by),
        "decided_by": str(case.decided_by),
        "entry": str(case.transaction.uid) if case.transaction else "",
        "plan": plan,
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


CASE_TITLES = {
    "RESTRUCTURE": "Persetujuan keringanan jadwal angsuran",
    "WRITE_OFF": "Berita acara hapus buku pinjaman",
    "DEATH": "Berita acara peminjam meninggal dunia",
}


def case_pdf(case: LoanCase) -> bytes:
    """The document of a decision about a loan, with the fingerprint of its facts."""
    office = office_of(case.loan.office_code)
    facts = case_facts(case)
    with translation.override("id"), timezone.override(office.tz):
        return render_pdf("case", {**letterhead(office), **_case_words(case, facts)})


def _case_words(case: LoanCase, facts: dict[str, Any]) -> dict[str, Any]:
    """The same facts as people read them."""
    amount = case.amount or 0
    return facts | {
        "title": CASE_TITLES[case.kind],
        "bank": case.loan.pool.agreement.bank.name,
        "business": case.loan.business.name,
        "principal": rupiah(case.loan.amount),
        "amount": rupiah(amount),
        "words": in_words(amount),
        "effective_on": short_date(case.effective_on) if case.effective_on else "",
        "decree_on": short_date(case.decree_on) if case.decree_on else "",
        "died_on": short_date(case.died_on) if case.died_on else "",
        "proposed_at": short_date(case.proposed_at),
        "decided_at": short_date(case.decided_at) if case.decided_at else "",
        "plan": [
            [str(number), short_date(date.fromisoformat(due)), rupiah(part)] for number, due, part in facts["plan"]
        ],
        "fingerprint": case.document_hash,
    }
