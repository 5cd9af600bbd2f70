"""What the office types about rules, pools, cases and capital; the rules are the actions'."""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.forms.models import fields_for_model
from django.utils.translation import gettext_lazy as _

from foundation.common.dates import short_date
from foundation.common.money import rupiah
from foundation.common.widgets import DateInput, MoneyField
from foundation.ledger.enums import kind_name
from foundation.ledger.models import Transaction
from revolving_funds.actions import pools
from revolving_funds.actions.rules import CHANGEABLE
from revolving_funds.enums import BankKind, Mode
from revolving_funds.models import AgreementTerms, Bank, CapitalSource, Policy, Pool, QualityScale, Tier


class RuleForm(forms.Form):
    """The fields of a rule, the day from which it holds, its basis, and that its effect was seen."""

    model: Any = None

    valid_from = forms.DateField(label=_("Holds from"), widget=DateInput)
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=160, help_text=_("The regulation or decree, with number and year.")
    )
    seen = forms.BooleanField(
        label=_("I have seen whom it touches"),
        required=False,
        help_text=_("Leave it open the first time: the page then tells whom the change would touch."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = fields_for_model(self.model, fields=CHANGEABLE[self.model])
        for field in own.values():
            if isinstance(field, SimpleArrayField):
                field.help_text = _("Numbers with a comma between them.")
        self.fields = {**own, **self.fields}


class TierForm(RuleForm):
    model = Tier

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = MoneyField(label=_("Ceiling amount"), min_value=1)


class PolicyForm(RuleForm):
    model = Policy


class TermsForm(RuleForm):
    model = AgreementTerms


class ScaleForm(RuleForm):
    model = QualityScale


class AgreementForm(forms.Form):
    bank: Any = forms.ModelChoiceField(
        label=_("Bank"), queryset=None, required=False, empty_label=_("A bank that is not listed")
    )
    bank_name = forms.CharField(label=_("Name of the new bank"), max_length=100, required=False)
    bank_kind = forms.ChoiceField(
        label=_("Kind of the new bank"), choices=[("", "-"), *BankKind.choices], required=False
    )
    number = forms.CharField(label=_("Number of the agreement"), max_length=80)
    mode = forms.ChoiceField(label=_("Who lends"), choices=Mode.choices, widget=forms.RadioSelect)
    valid_from = forms.DateField(label=_("Holds from"), widget=DateInput)
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=160, help_text=_("The regulation or decree, with number and year.")
    )
    seen = forms.BooleanField(
        label=_("I have seen whom it touches"),
        required=False,
        help_text=_("Leave it open the first time: the page then tells whom the change would touch."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["bank"]
        field.queryset = Bank.objects.order_by("name", "pk")


class SpanForm(forms.Form):
    start = forms.DateField(label=_("From"), widget=DateInput)
    end = forms.DateField(label=_("Until"), widget=DateInput)


class SubsidyBudgetForm(forms.Form):
    request_uid = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyField(label=_("Amount"), min_value=1)
    reference = forms.CharField(label=_("Number in the budget (DPA)"), max_length=100)


class CarryOverForm(forms.Form):
    into: Any = forms.ModelChoiceField(label=_("Into the pool of the next year"), queryset=None)

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["into"]
        field.queryset = (
            Pool.objects.with_money()
            .filter(
                agreement__office=obj.agreement.office_id,
                agreement__bank=obj.agreement.bank_id,
                year=obj.year + 1,
            )
            .order_by("pk")
        )


def _of_entry(row: Transaction) -> str:
    amount = rupiah(sum(leg.amount for leg in row.legs.all() if leg.amount > 0))
    return " · ".join(filter(None, (short_date(row.business_date), kind_name(row.kind), amount, row.memo)))


class TakeBackForm(forms.Form):
    entry: Any = forms.ModelChoiceField(label=_("What was entered wrongly"), queryset=None)
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["entry"]
        field.queryset = pools.entered(obj).prefetch_related("legs")
        field.label_from_instance = _of_entry


class RestructureForm(forms.Form):
    tenor_months = forms.IntegerField(label=_("New term in months"), min_value=1, max_value=120)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What happened, and why the new term can be kept."),
    )


class WriteOffForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What was tried to get the money back."),
    )


class DeathForm(forms.Form):
    died_on = forms.DateField(label=_("Died on"), widget=DateInput)
    certificate_number = forms.CharField(label=_("Number of the death certificate"), max_length=80)
    heir_name = forms.CharField(label=_("Heir to speak with"), max_length=120, required=False)
    reason = forms.CharField(label=_("What the family said"), max_length=1000, widget=forms.Textarea({"rows": 3}))


class DecideForm(forms.Form):
    """A write-off asks for its decree."""

    decree_number = forms.CharField(label=_("Number of the decree"), max_length=80)
    decree_on = forms.DateField(label=_("Date of the decree"), widget=DateInput)
    reason = forms.CharField(label=_("Note for the file"), max_length=300, required=False)

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if obj is not None and obj.kind != "WRITE_OFF":
            del self.fields["decree_number"], self.fields["decree_on"]


class RefuseForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 3}))


class RecoveryForm(forms.Form):
    request_uid = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyField(label=_("Amount paid"), min_value=1)
    paid_on = forms.DateField(label=_("Paid on"), widget=DateInput)
    reference = forms.CharField(label=_("Bank reference"), max_length=60, required=False)


class PromiseForm(forms.Form):
    amount = MoneyField(label=_("Amount promised"), min_value=1)
    promised_on = forms.DateField(label=_("To be paid by"), widget=DateInput)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


SOURCE_FIELDS = (
    "kind",
    "name",
    "amount_from",
    "amount_to",
    "cost",
    "conditions",
    "how",
    "contact",
    "for_graduates",
    "is_offered",
)


class SourceForm(forms.Form):
    """A source of capital, as it is shown to owners."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = fields_for_model(CapitalSource, fields=SOURCE_FIELDS)
        own["amount_from"] = MoneyField(label=_("From, in rupiah"), min_value=1, required=False)
        own["amount_to"] = MoneyField(label=_("Up to, in rupiah"), min_value=1, required=False)
        self.fields.update(own)


class ReferForm(forms.Form):
    source: Any = forms.ModelChoiceField(label=_("Source of capital"), queryset=None)
    amount = MoneyField(label=_("Amount asked for"), min_value=1)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = CapitalSource.objects.filter(is_offered=True, office__region=obj.office_code)
        field: Any = self.fields["source"]
        field.queryset = rows.order_by("kind", "name", "pk")


class OutcomeForm(forms.Form):
    status = forms.ChoiceField(
        label=_("What they answered"),
        choices=[
            ("GRANTED", _("Granted")),
            ("REFUSED", _("Not granted")),
            ("DROPPED", _("The owner decided otherwise")),
        ],
        widget=forms.RadioSelect,
    )
    outcome_amount = MoneyField(label=_("Amount granted"), min_value=1, required=False)
    outcome_on = forms.DateField(label=_("Day of the answer"), widget=DateInput)
    outcome_note = forms.CharField(label=_("What was answered"), max_length=300, required=False)
