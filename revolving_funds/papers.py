"""The papers of the fund, as PDF: receipts, agreements, claims, the month of the book, statements. Official papers are in Indonesian, whoever prints them."""

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from foundation.common.dates import short_date
from foundation.common.documents import qr_svg_text, render_pdf
from foundation.common.money import in_words, rupiah
from foundation.ledger import balance
from foundation.ledger.enums import AccountKind, kind_name
from foundation.ledger.models import Account, Leg, Period
from foundation.regions.models import Office
from revolving_funds import queries
from revolving_funds.models import Application, LoanCase, Repayment, SubsidyClaim


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


def agreement_facts(application: Application, *, number: str, on: date) -> dict[str, Any]:
    """What the agreement with the borrower says, as people read it; this is fingerprinted, and printed."""
    office = office_of(application.office_code)
    with translation.override("id"), timezone.override(office.tz):
        return agreement_data(application, office, number, on)


def agreement_pdf(facts: dict[str, Any], fingerprint: str) -> bytes:
    """The agreement: parties, amount in words, schedule, what happens when it is late, who signs, the fingerprint of it all."""
    return render_pdf("loan_agreement", facts | {"fingerprint": fingerprint})


def agreement_data(application: Application, office: Office, number: str, on: date) -> dict[str, Any]:
    """What templates/documents/loan_agreement.typ prints. The identity number in full: it names who owes."""
    amount, pool, person = application.approved_amount or 0, application.pool, application.person
    policy = queries.policy_on(office, on)
    plan = queries.plan_by(policy, amount=amount, tenor=application.tenor_months, on=on)
    return {
        **letterhead(office),
        "number": number,
        "date": short_date(on),
        "bank": pool.agreement.bank.name if pool else "",
        "bank_agreement": pool.agreement.number if pool else "",
        "mode": pool.agreement.mode if pool else "",
        "borrower": person.full_name,
        "nik": person.nik or "",
        "village": person.village.label,
        "business": application.business.name,
        "purpose": application.get_purpose_display(),
        "details": application.details,
        "amount": rupiah(amount),
        "words": in_words(amount),
        "tenor": application.tenor_months,
        "instalment": rupiah(plan[0].amount),
        "last": rupiah(plan[-1].amount),
        "plan": [
            [str(row.number), short_date(row.due_on), rupiah(row.amount), rupiah(amount - row.cumulative)]
            for row in plan
        ],
        "link": settings.SITE_URL + reverse("revolving_funds:application-detail", args=[application.uid]),
    }


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
        "plan": _ahead(facts["plan"], case.loan.amount - amount),
        "fingerprint": case.document_hash,
    }


def _ahead(plan: list[list[Any]], paid: int) -> list[list[str]]:
    """The rows of a new schedule that are still to be paid; those that were met before stand in it as well."""
    sums = itertools.accumulate(part for _number, _due, part in plan)
    return [
        [str(number), short_date(date.fromisoformat(due)), rupiah(part)]
        for (number, due, part), total in zip(plan, sums, strict=True)
        if total > paid
    ]


SHOWN_VARIANCES = 40
# What the heads of accounts are called on paper.
WORDS = {
    "loan": _("Loans of the banks, mirrored"),
    "own-loan": _("Loans of the office"),
    "pool": _("Money of the pools"),
    "cash": _("Cash of the fund"),
    "claim": _("Claims on banks"),
    "memo": _("Registers for memory"),
    "excess": _("Paid too much by borrowers"),
    "fund.capital": _("Capital of the revolving fund"),
    "fund.loss": _("Losses of the fund"),
    "subsidy.appropriation": _("Budget for interest subsidy"),
    "subsidy.expense": _("Cost of interest subsidy"),
    "subsidy.payable": _("Interest subsidy owed"),
    "treasury": _("Treasury of the region"),
}

# What the accounts of a pool hold, by the end of their codes.
STAGES = {
    "available": _("Available"),
    "reserved": _("Reserved"),
    "subsidy-budget": _("Subsidy budget left"),
    "subsidy-committed": _("Subsidy promised"),
}


def claim_pdf(claim: SubsidyClaim) -> bytes:
    """The claim for the treasury: sums, the variances, who made and who approved it."""
    office = office_of(claim.agreement.office.region_id)
    with translation.override("id"), timezone.override(office.tz):
        return render_pdf("subsidy_claim", claim_data(claim, office))


def claim_data(claim: SubsidyClaim, office: Office) -> dict[str, Any]:
    """What templates/documents/subsidy_claim.typ prints."""
    variances = claim.lines.above_payable()
    return {
        **letterhead(office),
        "bank": claim.agreement.bank.name,
        "agreement": claim.agreement.number,
        "month": month_name(claim.month),
        "year": claim.fiscal_year,
        "status": claim.get_status_display(),
        "billed": rupiah(claim.billed),
        "computed": rupiah(claim.computed),
        "payable": rupiah(claim.payable),
        "words": in_words(claim.payable),
        "loans": claim.lines.filter(billed__isnull=False).count(),
        "made_by": str(claim.made_by),
        "approved_by": str(claim.approved_by or ""),
        "approved_on": short_date(claim.approved_at) if claim.approved_at else "",
        "sp2d": claim.sp2d,
        "paid_on": short_date(claim.paid_on) if claim.paid_on else "",
        "variance_count": variances.count(),
        "variances": [
            [row.number, rupiah(row.billed or 0), rupiah(row.computed), rupiah(row.payable), rupiah(row.variance)]
            for row in variances[:SHOWN_VARIANCES]
        ],
    }


def month_name(day: date) -> str:
    """`Februari 2026`."""
    return date_format(day, "F Y")


def month_report_pdf(period: Period) -> bytes:
    """The month of a book: trial balance at its end and the seals of its days."""
    office = office_of(period.book)
    with translation.override("id"), timezone.override(office.tz):
        return render_pdf("month_report", month_report_data(period, office))


def month_report_data(period: Period, office: Office) -> dict[str, Any]:
    """What templates/documents/month_report.typ prints."""
    rows = balance.trial_balance(period.book, period.dates.upper - timedelta(days=1))
    return {
        **letterhead(office),
        "month": month_name(period.dates.lower),
        "closed": short_date(period.closed_at) if period.closed_at else "",
        "closed_by": str(period.closed_by or ""),
        "rows": [
            [
                str(WORDS.get(row.head, row.head)),
                str(AccountKind(row.kind).label),
                f"{row.accounts}",
                _side(row.debit),
                _side(row.credit),
            ]
            for row in rows
        ],
        "debit": rupiah(sum(row.debit for row in rows)),
        "credit": rupiah(sum(row.credit for row in rows)),
        "seals": [[short_date(seal.day), str(seal.entry_count), seal.seal] for seal in period.seals.order_by("day")],
    }


def _side(amount: int) -> str:
    return rupiah(amount) if amount else ""


def account_statement_pdf(title: str, accounts: Sequence[Account], *, book: str, start: date, end: date) -> bytes:
    """Every movement of some accounts from `start` to `end`, with the balance before and after each."""
    office = office_of(book)
    with translation.override("id"), timezone.override(office.tz):
        parts = [_part(account, start, end) for account in accounts]
        data = {
            **letterhead(office),
            "title": title,
            "start": short_date(start),
            "end": short_date(end),
            "parts": parts,
        }
        return render_pdf("account_statement", data)


def _part(account: Account, start: date, end: date) -> dict[str, Any]:
    """In the order of their own days: what was written later for an earlier day stands there, and the balance follows."""
    legs = Leg.objects.filter(account=account, transaction__business_date__lte=end).select_related("transaction")
    rows, before, after = [], 0, 0
    for leg in legs.order_by("transaction__business_date", "account_version"):
        entry = leg.transaction
        after += account.side * leg.amount
        if entry.business_date < start:
            before = after
            continue
        rows.append(
            [
                short_date(entry.business_date),
                kind_name(entry.kind),
                entry.memo,
                _side(max(leg.amount, 0)),
                _side(max(-leg.amount, 0)),
                rupiah(after),
            ]
        )
    stage = STAGES.get(account.code.rpartition("/")[2])
    name = f"{account.name}: {stage}" if stage else account.name
    return {"code": account.code, "name": name, "before": rupiah(before), "rows": rows}
