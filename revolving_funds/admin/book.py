"""The book of the office month by month: trial balance, seals, close, statements, export. For treasurer and auditor."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin, ReadonlyInline
from foundation.common.errors import ActionError
from foundation.common.http import pdf_response
from foundation.common.money import rupiah
from foundation.jobs.actions import jobs as job_actions
from foundation.ledger import balance
from foundation.ledger.actions import periods
from foundation.ledger.admin import origins
from foundation.ledger.models import Account, DaySeal, Period
from revolving_funds import bank_forms as forms
from revolving_funds import excess, jobs, papers
from revolving_funds.admin.parts import person_of
from revolving_funds.admin.statements import office_of
from revolving_funds.models import Pool
from revolving_funds.origins import BY_SCOPE

origins.update(BY_SCOPE)


class MonthNotOver(ActionError):
    message = gettext_lazy("This month is not over yet.")


def last_day(period: Period) -> date:
    """The last day that belongs to the period."""
    return period.dates.upper - timedelta(days=1)  # type: ignore[no-any-return]  # a range without types


def _close(request: HttpRequest, period: Period, _cleaned: dict[str, Any]) -> str:
    if last_day(period) >= clock.today():
        raise MonthNotOver
    periods.close_period(period=period, by=person_of(request), now=clock.now())
    return _("Closed and sealed. Nothing more lands in this month.")


def _print(_request: HttpRequest, period: Period, _cleaned: dict[str, Any]) -> HttpResponse:
    return pdf_response(papers.month_report_pdf(period), f"buku-{period.book}-{period.dates.lower:%Y-%m}.pdf")


def _export(request: HttpRequest, _obj: Any, _cleaned: dict[str, Any]) -> HttpResponse:
    office = office_of(request)
    job = job_actions.start(
        jobs.EXPORT.name,
        by=person_of(request),
        office=office,
        params={},
        now=clock.now(),
        label=office.region_id,
        key=office.region_id,
    )
    return HttpResponseRedirect(jobs.link(job))


def _bank(request: HttpRequest, _obj: Any, cleaned: dict[str, Any]) -> HttpResponse:
    office, bank = office_of(request), cleaned["bank"]
    pools = Pool.objects.with_money().filter(agreement__office=office, agreement__bank=bank).order_by("year", "pk")
    accounts = [account for pool in pools for account in (pool.available, pool.reserved)]
    title = f"Rekening dana bergulir pada {bank}"
    pdf = papers.account_statement_pdf(
        title, accounts, book=office.region_id, start=cleaned["start"], end=cleaned["end"]
    )
    return pdf_response(pdf, f"rekening-{bank.code}.pdf")


class SealInline(ReadonlyInline):
    model = DaySeal
    fields = ("day", "entry_count", "seal")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("Seals of the days")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("day")


@admin.register(Period)
class PeriodAdmin(OfficeModelAdmin):
    list_display = ("month", "closed_at", "closer")
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    list_select_related = ("closed_by",)
    ordering = ("-dates", "id")
    fields = ("month", "closed_at", "closer", "trial")
    readonly_fields = ("month", "closer", "trial")
    inlines = (SealInline,)
    list_deeds = (
        Deed(
            "ekspor",
            gettext_lazy("Export the whole book"),
            "ledger.view_transaction",
            _export,
            text=gettext_lazy("Accounts, entries, legs, months and seals as files, of one moment."),
        ),
        Deed(
            "bank",
            gettext_lazy("Statement of a bank"),
            "revolving_funds.view_pool",
            _bank,
            forms.BankStatementForm,
            takes_user=True,
            initial=lambda _row: {"start": clock.today().replace(day=1), "end": clock.today()},
            text=gettext_lazy("Every movement of the bank's pools between two days, as PDF."),
        ),
    )
    deeds = (
        Deed(
            "tutup",
            gettext_lazy("Close the month"),
            "ledger.close_period",
            _close,
            available=lambda row: row.closed_at is None,
            primary=True,
            danger=True,
            text=gettext_lazy("Nothing can be entered or changed in it any more, and its days are sealed."),
        ),
        Deed("cetak", gettext_lazy("Month report as PDF"), "ledger.view_period", _print),
    )

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The month, and whether its heads lead on for this person."""
        row: Any = super().get_object(request, *args, **kwargs)
        if row is not None:
            row.leads_on = request.user.has_perm("ledger.view_account")
        return row

    @admin.display(description=gettext_lazy("Closed and sealed by"))
    def closer(self, row: Period) -> str:
        return str(row.closed_by or "")

    @admin.display(description=gettext_lazy("Month of the book"), ordering="dates")
    def month(self, row: Period) -> str:
        return papers.month_name(row.dates.lower)

    @admin.display(description=gettext_lazy("Trial balance at its end"))
    def trial(self, row: Period) -> str:
        """Each head opens its accounts, each account its entries, for who may see them."""
        rows = balance.trial_balance(row.book, last_day(row))
        accounts = reverse("admin:ledger_account_changelist")
        head = '<a href="{0}?q={1}">{2}</a>' if getattr(row, "leads_on", False) else "{2}"
        lines = format_html_join(
            "",
            f'<tr><td>{head}</td><td class="num">{{3}}</td><td class="num">{{4}}</td><td class="num">{{5}}</td></tr>',
            (
                (
                    accounts,
                    one.head,
                    papers.WORDS.get(one.head, one.head),
                    one.accounts,
                    rupiah(one.debit),
                    rupiah(one.credit),
                )
                for one in rows
            ),
        )
        return format_html(
            '<div class="desk-page"><div class="table"><table><thead><tr><th>{}</th><th class="num">{}</th><th class="num">{}</th><th class="num">{}</th></tr>'
            '</thead><tbody>{}</tbody><tfoot><tr><th colspan="2">{}</th><td class="num"><b>{}</b></td>'
            '<td class="num"><b>{}</b></td></tr></tfoot></table></div></div>',
            _("Head"),
            _("Accounts"),
            _("Debit"),
            _("Credit"),
            lines,
            _("Total"),
            rupiah(sum(one.debit for one in rows)),
            rupiah(sum(one.credit for one in rows)),
        )


def statement_of_person(loan: Any, until: date) -> bytes:
    """Every movement of a borrower's loans and of what is kept for her."""
    keys = loan.person.loans.values("account")
    kept = Account.objects.filter(book=loan.office_code, code=excess.code_of(loan))
    accounts = list(Account.objects.filter(pk__in=keys).order_by("pk")) + list(kept)
    title = f"Rekening pinjaman {loan.person.full_name}"
    first = loan.person.loans.order_by("disbursed_on").values_list("disbursed_on", flat=True).first() or until
    return papers.account_statement_pdf(title, accounts, book=loan.office_code, start=first, end=until)
