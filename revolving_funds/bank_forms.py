"""Forms of the desk for files from and to the banks."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Assignment, User
from foundation.accounts.roles import Role, roles_with
from foundation.clients.models import Client
from foundation.common.dates import short_date
from foundation.common.money import rupiah
from foundation.common.widgets import DateInput, DocumentInput
from foundation.regions.models import Office
from revolving_funds import matching
from revolving_funds.enums import FilePurpose
from revolving_funds.fund_forms import SpanForm
from revolving_funds.models import Agreement, Bank, FileLayout, Loan, Repayment


class BankFileForm(forms.Form):
    """A file and the layout it was made with. The bank is the layout's."""

    purpose = FilePurpose.STATEMENT
    layout: Any = forms.ModelChoiceField(label=_("Layout"), queryset=None)
    file = forms.FileField(label=_("File of the bank"), widget=DocumentInput)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["layout"]
        field.queryset = self.layouts(by).filter(purpose=self.purpose).order_by("bank__name", "name", "pk")

    def layouts(self, by: User) -> Any:
        """Those of the banks that the person's office works with."""
        return FileLayout.objects.visible_to(by).select_related("bank")


class StatementForm(BankFileForm):
    pass


class BalancesForm(BankFileForm):
    purpose = FilePurpose.BALANCES
    as_of = forms.DateField(label=_("Balances as of"), widget=DateInput)
    field_order = ("layout", "as_of", "file")


class SettleForm(forms.Form):
    """The nearest loans side by side; any other by its number."""

    choice = forms.ChoiceField(label=_("Whose payment is this?"), widget=forms.RadioSelect, required=False)
    number = forms.CharField(label=_("Or another loan, by its number"), max_length=30, required=False)
    keep_excess = forms.BooleanField(label=_("Keep what is too much for the borrower"), required=False)

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["choice"]
        field.choices = [(row.number, candidate_text(row)) for row in matching.candidates(obj)]
        # What the bank wrote, side by side with the loans.
        told = (rupiah(obj.amount), short_date(obj.paid_on), obj.payer, obj.loan_ref, obj.note)
        field.help_text = _("The bank wrote: %(line)s") % {"line": " · ".join(part for part in told if part)}
        if not field.choices:
            self.fields["number"].help_text = field.help_text
            del self.fields["choice"]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        number = found.get("number", "").strip() or found.get("choice", "")
        if not number:
            raise forms.ValidationError(_("Choose a loan, or write its number."))
        loan = Loan.objects.filter(number=number).first()
        if loan is None:
            raise forms.ValidationError({"number": _("There is no loan with this number.")})
        return {"loan": loan, "keep_excess": bool(found.get("keep_excess"))}


def candidate_text(row: matching.Candidate) -> str:
    due = (
        _("instalment %(number)d of %(amount)s") % {"number": row.due_number, "amount": rupiah(row.part or 0)}
        if row.due_number
        else ""
    )
    return _("%(name)s · %(number)s · %(left)s left · %(due)s · score %(score)d") % {
        "name": row.name,
        "number": row.number,
        "left": rupiah(row.owed),
        "due": due or "-",
        "score": row.score,
    }


class TakeBackForm(forms.Form):
    """The payments that the line may mean; any other by the number of its receipt."""

    choice = forms.ChoiceField(
        label=_("Which payment did the bank take back?"), widget=forms.RadioSelect, required=False
    )
    receipt = forms.CharField(label=_("Or another payment, by its receipt number"), max_length=30, required=False)
    reason = forms.CharField(
        label=_("Why the payment is taken back"), max_length=120, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["choice"]
        rows = matching.named_payments(obj)
        field.choices = [(row.receipt_number, payment_text(row)) for row in rows]
        told = (rupiah(obj.amount), short_date(obj.paid_on), obj.payer, obj.loan_ref, obj.note)
        field.help_text = _("The bank wrote: %(line)s") % {"line": " · ".join(part for part in told if part)}
        if not field.choices:
            self.fields["receipt"].help_text = field.help_text
            del self.fields["choice"]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        number = found.get("receipt", "").strip() or found.get("choice", "")
        if not number:
            raise forms.ValidationError(_("Choose a payment, or write its receipt number."))
        repayment = Repayment.objects.numbered(number).select_related("loan__pool__agreement").first()
        if repayment is None:
            raise forms.ValidationError({"receipt": _("There is no receipt with this number.")})
        return {"repayment": repayment, "reason": found.get("reason", "")}


def payment_text(row: Repayment) -> str:
    return _("%(name)s · receipt %(receipt)s · %(amount)s · %(day)s · loan %(number)s") % {
        "name": row.loan.person.full_name,
        "receipt": row.receipt_number,
        "amount": rupiah(row.amount),
        "day": short_date(row.paid_on),
        "number": row.loan.number,
    }


class AsideForm(forms.Form):
    reason = forms.CharField(label=_("Why it is not a repayment"), max_length=200, widget=forms.Textarea({"rows": 2}))


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("What was done"), max_length=200, widget=forms.Textarea({"rows": 2}))


class FindingForm(forms.Form):
    note = forms.CharField(label=_("What was found"), max_length=300, widget=forms.Textarea({"rows": 3}))


class OwnerForm(forms.Form):
    to: Any = forms.ModelChoiceField(label=_("Who sees to it"), queryset=None)

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [str(role) for role in roles_with("revolving_funds.explain_difference")]
        held = Assignment.objects.in_force().filter(role__in=roles, region_code=obj.region_code)
        field: Any = self.fields["to"]
        field.queryset = User.objects.filter(pk__in=held.values("user")).order_by("full_name", "pk")


class BillForm(BankFileForm):
    purpose = FilePurpose.BILL
    agreement: Any = forms.ModelChoiceField(label=_("Bank agreement"), queryset=None)
    month = forms.DateField(label=_("Any day of the month"), widget=DateInput)
    field_order = ("agreement", "month", "layout", "file")

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["agreement"]
        rows = Agreement.objects.visible_to(kwargs["by"]).select_related("bank")
        field.queryset = rows.order_by("bank__name", "-valid_from", "pk")


class PayClaimForm(forms.Form):
    sp2d = forms.CharField(label=_("SP2D number"), max_length=60)
    paid_on = forms.DateField(label=_("Paid on"), widget=DateInput)


class BatchForm(BankFileForm):
    purpose = FilePurpose.BATCH
    file = None  # type: ignore[assignment]  # nothing is sent, a file is made


class AnswersForm(BankFileForm):
    purpose = FilePurpose.CONFIRMATION


class AccessForm(forms.Form):
    user: Any = forms.ModelChoiceField(label=_("Account"), queryset=None)
    bank: Any = forms.ModelChoiceField(label=_("Bank"), queryset=None)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people, banks = self.fields["user"], self.fields["bank"]
        held, called = Q(pk__in=[]), Q(pk__in=[])
        for code in by.region_prefixes("revolving_funds.give_bankaccess"):
            held |= Q(region_code__startswith=code)
            called |= Q(region_code__startswith=code)
        officers = Assignment.objects.in_force().filter(held, role=str(Role.BANK)).values("user")
        systems = Client.objects.filter(called, scopes__contains=["bank.report"], revoked_at__isnull=True).values(
            "user"
        )
        people.queryset = User.objects.filter(Q(pk__in=officers) | Q(pk__in=systems)).order_by("full_name", "pk")  # type: ignore[attr-defined]
        banks.queryset = Bank.objects.known_to(by)  # type: ignore[attr-defined]


class BankStatementForm(SpanForm):
    bank: Any = forms.ModelChoiceField(label=_("Bank"), queryset=None)
    field_order = ("bank", "start", "end")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["bank"]
        field.queryset = Bank.objects.known_to(by)


class BankAnswerForm(forms.Form):
    """The bank's answer to one approved loan."""

    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[("DISBURSED", _("Paid out")), ("REFUSED", _("Refused"))],
        widget=forms.RadioSelect,
    )
    disbursed_on = forms.DateField(
        label=_("Day on which the bank paid"),
        widget=DateInput,
        required=False,
        help_text=_("Only when it is paid out."),
    )
    reason = forms.CharField(
        label=_("Reason of the refusal"),
        max_length=200,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Needed when you refuse. The owner reads this sentence; say what she can do."),
    )


class BankUploadForm(forms.Form):
    """A file by one of the bank's layouts: the shared ones and those of the offices it works with here."""

    layout: Any = forms.ModelChoiceField(label=_("What it is"), queryset=None)
    as_of = forms.DateField(
        label=_("Balances as of"), widget=DateInput, required=False, help_text=_("Only for a file of balances.")
    )
    file = forms.FileField(label=_("File of the bank"), widget=DocumentInput)

    def __init__(self, *args: Any, bank: Bank, offices: Iterable[Office], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["layout"]
        kinds = (FilePurpose.STATEMENT, FilePurpose.BALANCES, FilePurpose.CONFIRMATION)
        rows = FileLayout.objects.serving(offices).filter(bank=bank, purpose__in=kinds)
        field.queryset = rows.order_by("purpose", "name", "pk")
        field.label_from_instance = lambda row: f"{row.get_purpose_display()}: {row.name}"
