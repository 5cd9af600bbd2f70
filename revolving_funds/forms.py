"""What people type, checked for its shape; the rules are the actions'."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.common import clock
from foundation.common.money import rupiah
from foundation.common.widgets import DateInput, MoneyField
from foundation.files.forms import StoredFileField, UploadForm
from revolving_funds import checklist
from revolving_funds.actions import by_hand
from revolving_funds.enums import CheckLine, Purpose
from revolving_funds.models import Pool


class BusinessStep(forms.Form):
    """Step 1: what the business brings in."""

    monthly_sales = MoneyField(
        label=_("About how much do you sell in a month?"),
        min_value=0,
        max_value=5_000_000_000,
        help_text=_("An honest estimate is enough. The officer talks it over with you at the visit."),
        error_messages={"required": _("Write about how much you sell in a month.")},
    )


class NeedStep(forms.Form):
    """Step 2: how much, for what. The ceiling is the action's to judge."""

    amount = MoneyField(
        label=_("How much money do you need?"),
        min_value=1,
        max_value=1_000_000_000,
        error_messages={"required": _("Write the amount that you need.")},
    )
    purpose = forms.ChoiceField(
        label=_("What is the money for?"),
        choices=Purpose.choices,
        widget=forms.RadioSelect,
        help_text=_("Choose the one that takes the most."),
        error_messages={"required": _("Choose what the money is for.")},
    )
    details = forms.CharField(
        label=_("What will you buy?"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("For example: 40 kg of chicken Rp1.400.000, spices Rp350.000."),
    )

    def __init__(self, *args: Any, ceiling: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].help_text = _("The ceiling of your step is %(ceiling)s. No collateral, no interest.") % {
            "ceiling": ceiling
        }


class PapersStep(UploadForm):
    """Step 3: photos, taken with the phone."""

    place = StoredFileField(
        purpose="fund_application",
        label=_("Photo of the business"),
        required=False,
        needed=True,
        of_paper=False,
        help_text=_("Your stall, kitchen or goods, as they are."),
    )
    ktp = StoredFileField(
        purpose="fund_application",
        label=_("Photo of the ID card (KTP)"),
        required=False,
        needed=True,
        help_text=_("All four corners in the picture, so that the name can be read."),
    )
    note = StoredFileField(
        purpose="fund_application",
        label=_("Notes of sales or purchases"),
        required=False,
        help_text=_("Only if you keep some."),
    )


class SendStep(forms.Form):
    """Step 4: read it once more and send."""

    agree = forms.BooleanField(
        label=_("What I wrote is true, and I will return the loan by instalments every month."),
        error_messages={"required": _("Tick this to send your application.")},
    )


class ReadyForm(SendStep):
    """Step 4 of somebody who asks together with a group."""

    agree = forms.BooleanField(
        label=_("What I wrote is true, and I will return the loan by instalments every month."),
        error_messages={"required": _("Tick this to say that yours is ready.")},
    )


class GroupNameForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the group"),
        max_length=80,
        help_text=_("For example: KUB Melati, Plaju."),
        error_messages={"required": _("Write the name of your group.")},
    )


class GroupCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of the group"),
        max_length=12,
        help_text=_("Six letters and digits. Who speaks for the group has it."),
        error_messages={"required": _("Write the code of the group.")},
        widget=forms.TextInput({"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}),
    )


class PlaceField(forms.CharField):
    """`-2.976074, 104.775430` -> two decimals of six places; empty -> None."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        parts = [part.strip() for part in str(text).replace(";", ",").split(",")]
        try:
            latitude, longitude = (Decimal(part).quantize(Decimal("0.000001")) for part in parts)
        except (InvalidOperation, ValueError) as error:
            raise forms.ValidationError(_("Write latitude and longitude with a comma between them.")) from error
        if abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 -- the globe
            raise forms.ValidationError(_("Write latitude and longitude with a comma between them."))
        return latitude, longitude


class SurveyForm(UploadForm):
    """`request_uid` is drawn when the form is opened: sent twice, it is one survey."""

    request_uid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    visited_on = forms.DateField(label=_("Day of the visit"), widget=DateInput)
    is_operating = forms.BooleanField(label=_("The business is running"), required=False)
    place_matches = forms.BooleanField(label=_("Place and goods are as stated"), required=False)
    monthly_sales = MoneyField(label=_("Sales a month"), min_value=0)
    monthly_costs = MoneyField(label=_("Costs a month"), min_value=0)
    other_debts = MoneyField(label=_("Other debts"), min_value=0, initial=0)
    notes = forms.CharField(label=_("What was seen"), max_length=1000, widget=forms.Textarea({"rows": 4}))
    place = PlaceField(
        label=_("Where it is"),
        required=False,
        help_text=_("Latitude and longitude as the phone shows them, for example -2.976074, 104.775430."),
    )
    photo = StoredFileField(
        purpose="fund_application",
        label=_("Photo of the place"),
        required=False,
        of_paper=False,
        help_text=_("The stall, workshop or kitchen as you find it."),
    )
    goods = StoredFileField(
        purpose="fund_application",
        label=_("Photo of goods or tools"),
        required=False,
        of_paper=False,
        help_text=_("What is there, and what is missing."),
    )
    on_paper = forms.BooleanField(label=_("Written on paper at the visit and entered later"), required=False)
    is_recommended = forms.TypedChoiceField(
        label=_("Recommendation"),
        choices=[("1", _("Recommended")), ("0", _("Not recommended"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    recommended_amount = MoneyField(
        label=_("Recommended amount"), min_value=1, required=False, help_text=_("Empty = as asked for.")
    )

    def clean_request_uid(self) -> UUID:
        """The name drawn with the form; an older page without one gets it here."""
        return self.cleaned_data.get("request_uid") or uuid4()


class CheckForm(forms.Form):
    """The papers, line by line. What is known of a line stands beside it; a line without a tick is missing."""

    note = forms.CharField(
        label=_("Note"),
        max_length=120,
        required=False,
        help_text=_("The owner reads it with the missing lines. Needed too when you tick what is not there: say why."),
    )

    def __init__(self, *args: Any, obj: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = checklist.facts(obj)
        for line in reversed(CheckLine):
            field = forms.BooleanField(label=line.label, required=False, help_text=known[line].text)
            self.fields = {line.value: field, **self.fields}

    def clean(self) -> dict[str, Any]:
        """`missing` and `note`, as the action takes them."""
        ticked = super().clean() or {}
        return {"missing": [line for line in CheckLine if not ticked.get(line.value)], "note": ticked.get("note", "")}


class SendBackForm(forms.Form):
    reason = forms.CharField(
        label=_("What is to be mended"),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The owner reads this sentence and can send the application again."),
    )


class ApproveForm(forms.Form):
    amount = MoneyField(label=_("Amount approved"), min_value=1)
    pool: Any = forms.ModelChoiceField(label=_("Pool"), queryset=None)
    reason = forms.CharField(label=_("Note for the file"), max_length=300, required=False)

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_pool(self, obj)


class RejectForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The owner reads this sentence. Say what is missing and what she can do."),
    )


class AppealForm(UploadForm):
    """The owner says why the refusal is wrong."""

    reason = forms.CharField(
        label=_("Why do you not agree?"),
        max_length=1000,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("Say what was not seen or has changed since. Whoever decides reads this and your application."),
        error_messages={"required": _("Write why you do not agree.")},
    )
    document = StoredFileField(
        purpose="fund_appeal",
        label=_("Photo or paper that shows it"),
        required=False,
        help_text=_("For example notes of sales, a letter, a photo of the business."),
    )


class AppealLetterForm(UploadForm):
    """An officer enters what the owner wrote on paper."""

    letter_on = forms.DateField(label=_("Date of the letter"), widget=DateInput)
    arrived_on = forms.DateField(
        label=_("Day on which it arrived at the office"),
        widget=DateInput,
        help_text=_("As the stamp says. This day counts for both deadlines, to appeal and to answer."),
    )
    reason = forms.CharField(
        label=_("What the letter says"),
        max_length=1000,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("In the owner's words. Whoever decides reads this beside the letter."),
    )
    document = StoredFileField(purpose="fund_appeal", label=_("Photo or scan of the letter"))


class AppealAnswerForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("The owner reads this sentence."),
    )


class DisburseForm(forms.Form):
    pool: Any = forms.ModelChoiceField(label=_("Pay from"), queryset=None)
    disbursed_on = forms.DateField(label=_("Day on which the bank pays"), widget=DateInput)

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_pool(self, obj)


class RepaymentForm(UploadForm):
    """`request_uid` is drawn when the page is opened: pressed twice, it is one repayment."""

    request_uid = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyField(label=_("Amount paid"), min_value=1)
    paid_on = forms.DateField(
        label=_("Paid on"), widget=DateInput, help_text=_("The day the borrower paid, not the day it was booked.")
    )
    reference = forms.CharField(label=_("Bank reference"), max_length=60, required=False)
    photo = StoredFileField(
        purpose="fund_receipt",
        label=_("Photo of the receipt"),
        required=False,
        help_text=_("What the borrower shows: the slip of the bank, the list of the branch."),
    )
    keep_excess = forms.BooleanField(label=_("Keep what is too much for the borrower"), required=False)

    def __init__(self, *args: Any, obj: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photo"].required = by_hand.needs_photo(obj, clock.today())


class ReverseForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The borrower and the auditor read this sentence."),
    )


class MoveForm(ReverseForm):
    number = forms.CharField(label=_("Number of the right loan"), max_length=30)
    field_order = ("number", "reason")


class RefundForm(forms.Form):
    request_uid = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyField(label=_("Amount"), min_value=1)
    paid_on = forms.DateField(label=_("Paid on"), widget=DateInput)
    reference = forms.CharField(label=_("Bank reference"), max_length=60)


class PlacementForm(forms.Form):
    request_uid = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyField(label=_("Amount"), min_value=1)
    placed_on = forms.DateField(label=_("Transferred on"), widget=DateInput)
    reference = forms.CharField(label=_("SP2D number"), max_length=100)


class NextYearForm(forms.Form):
    year = forms.IntegerField(label=_("Fiscal year"), min_value=2020, max_value=2100)


def _choose_pool(form: forms.Form, obj: Any) -> None:
    field: Any = form.fields["pool"]
    field.queryset = Pool.objects.with_money().filter(agreement__office__region=obj.office_code).order_by("-year", "pk")
    field.label_from_instance = pool_label


def pool_label(pool: Any) -> str:
    """`bank bjb 2026 (sisa Rp100.000.000)`."""
    return _("%(pool)s (available %(amount)s)") % {"pool": pool, "amount": rupiah(pool.available.balance)}
