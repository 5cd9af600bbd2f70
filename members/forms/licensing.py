"""Asking for a licence, working on a case, handing in papers."""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Assignment, User
from foundation.accounts.roles import roles_with
from foundation.common import clock
from foundation.common.errors import ActionError
from foundation.common.money import rupiah
from foundation.common.widgets import DateInput, MoneyField
from foundation.files.forms import StoredFileField, UploadForm
from members.actions import letters, processes
from members.entries import LicenceEntry, clean_licence
from members.enums import LicenceKind, LicenceStatus, Need, Scale
from members.forms.registration import put_back
from members.models import LicenceCase, LicenceProcess, LicenceTerm, ProcessDocument


class PaperForm(UploadForm):
    """The paper of a licence."""

    paper = StoredFileField(label=_("Paper of the licence"), purpose="licence_paper")


class CaseKindForm(forms.Form):
    kind = forms.ChoiceField(label=_("Licence"), choices=LicenceKind.choices)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea({"rows": 3}))


class StepForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, help_text=_("The owner reads it. No identity number, please.")
    )


class CaseMoneyForm(forms.Form):
    fee = MoneyField(label=_("Official fee"), min_value=0)
    subsidy = MoneyField(label=_("Borne by the office"), min_value=0, help_text=_("The owner pays the rest herself."))


class DueForm(forms.Form):
    due_on = forms.DateField(label=_("Due"), widget=DateInput())
    reason = forms.CharField(label=_("Reason"), max_length=300)


class HandOverForm(forms.Form):
    """To whoever works on licences where the business stands."""

    officer = forms.ModelChoiceField(label=_("Officer"), queryset=User.objects.none())
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, obj: LicenceCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["officer"]
        chosen.queryset = workers(obj)
        chosen.label_from_instance = lambda user: user.full_name or str(user)


def workers(case: LicenceCase) -> Any:
    """Accounts that may work on the case."""
    code = case.village_id
    regions = [code[:end] for end in (2, 5, 8, 13)]
    held = Assignment.objects.in_force().filter(role__in=roles_with("members.work_case"), region_code__in=regions)
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("full_name", "pk")


class DocumentForm(UploadForm):
    """One of the documents that the case needs: as a file, or seen on paper at the desk."""

    document = forms.ModelChoiceField(
        label=_("Document"), queryset=ProcessDocument.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    paper = StoredFileField(label=_("Photo or PDF"), purpose="case_document", required=False)
    seen = forms.BooleanField(label=_("I have seen it on paper; no photo is needed."), required=False)

    def __init__(self, *args: Any, obj: LicenceCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["document"]
        chosen.queryset = ProcessDocument.objects.filter(process=obj.process_id).order_by("number")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("paper") and not cleaned.get("seen"):
            self.add_error("paper", _("Please take a photo or choose the file."))
        return cleaned


class OwnDocumentForm(UploadForm):
    """The owner hands in one document, whose name stands above."""

    paper = StoredFileField(label=_("Photo or PDF"), purpose="case_document")


class IssuedForm(UploadForm):
    """The licence is there: its number as on the paper."""

    number = forms.CharField(label=_("Number"), max_length=40, help_text=_("As written on the paper."))
    issued_on = forms.DateField(label=_("Issue date"), required=False, widget=DateInput())
    valid_to = forms.DateField(
        label=_("Valid until"), required=False, widget=DateInput(), help_text=_("Empty if it has no end.")
    )
    paper = StoredFileField(label=_("Paper of the licence"), purpose="licence_paper", required=False)

    def __init__(self, *args: Any, obj: LicenceCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = obj

    def entry(self) -> LicenceEntry:
        cleaned = self.cleaned_data
        return LicenceEntry(
            kind=self.case.kind,
            status=LicenceStatus.HELD,
            number=cleaned.get("number", ""),
            issued_on=cleaned.get("issued_on"),
            valid_to=cleaned.get("valid_to"),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            put_back(self, clean_licence(self.entry(), on=clock.today())[1])
            cleaned["entry"] = self.entry()
        return cleaned


class LetterForm(forms.Form):
    """What the letter of recommendation says of the mark."""

    mark = forms.CharField(label=_("Trade mark"), max_length=120, help_text=_("Exactly as on the label."))
    goods = forms.CharField(label=_("Kind of goods or services"), max_length=200)
    goods_class = forms.IntegerField(
        label=_("Class of goods (1 to 45)"),
        min_value=letters.FIRST_CLASS,
        max_value=letters.LAST_CLASS,
        help_text=_("Food such as crisps, cakes, coffee: 29 or 30. Clothing: 25. Shop services: 35."),
    )

    @property
    def filing(self) -> letters.Filing:
        return letters.Filing(**self.cleaned_data)


class ProcessForm(forms.Form):
    """The way to a licence in lines of text; saving makes a new version."""

    issuer = forms.CharField(label=_("Issuer"), max_length=120)
    fee = MoneyField(label=_("Official fee"), min_value=0)
    subsidy = MoneyField(label=_("Borne by the office"), min_value=0)
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=150, required=False)
    steps = forms.CharField(
        label=_("Steps"),
        widget=forms.Textarea({"rows": 8}),
        help_text=_(
            "One a line: what is done | pemilik, dinas or penerbit | days. Example: Data diperiksa | dinas | 3"
        ),
    )
    documents = forms.CharField(
        label=_("Documents"),
        widget=forms.Textarea({"rows": 6}),
        required=False,
        help_text=_("One a line; a question mark behind what need not be there."),
    )

    def clean_steps(self) -> str:
        try:
            processes.read_steps(self.cleaned_data["steps"])
        except ActionError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return str(self.cleaned_data["steps"])

    def way(self) -> processes.Way:
        cleaned = self.cleaned_data
        return processes.Way(
            issuer=cleaned["issuer"],
            fee=cleaned["fee"],
            subsidy=cleaned["subsidy"],
            legal_basis=cleaned["legal_basis"],
            steps=processes.read_steps(cleaned["steps"]),
            documents=processes.read_documents(cleaned["documents"]),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            cleaned["way"] = self.way()
        return cleaned


def process_initial(process: LicenceProcess) -> dict[str, Any]:
    """The form as the way is now."""
    return {
        "issuer": process.issuer,
        "fee": process.fee,
        "subsidy": process.subsidy,
        "legal_basis": process.legal_basis,
        **processes.written(process),
    }


def money_words(case: LicenceCase | LicenceProcess) -> str:
    """`Rp500.000, ditanggung dinas Rp200.000`, or that it is free."""
    if not case.fee:
        return str(_("Free"))
    if not case.subsidy:
        return rupiah(case.fee)
    return str(
        _("%(fee)s, of which the office bears %(subsidy)s") % {"fee": rupiah(case.fee), "subsidy": rupiah(case.subsidy)}
    )


# Rows of law


class _FromForm(forms.Form):
    valid_from = forms.DateField(
        label=_("Holds from"), widget=DateInput(), help_text=_("From this day on. What held before stays to be read.")
    )


class EndRowForm(_FromForm):
    """From when on it no longer holds."""


class LicenceRuleForm(_FromForm):
    """What changes for the same businesses; for others a new rule is added."""

    need = forms.ChoiceField(label=_("What it is to them"), choices=Need.choices)
    reason = forms.CharField(label=_("Why, for the owner"), max_length=250, widget=forms.Textarea({"rows": 3}))
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=150)
    source_note = forms.CharField(label=_("Where this was read, how sure"), max_length=250, required=False)
    field_order: Any = ("need", "reason", "legal_basis", "source_note", "valid_from")


class NewLicenceRuleForm(LicenceRuleForm):
    """Of which businesses it speaks, and what the licence is to them."""

    kind = forms.ChoiceField(label=_("Licence"), choices=LicenceKind.choices)
    kbli_start = forms.RegexField(
        label=_("KBLI begins with"), regex=r"^[0-9]{0,5}$", required=False, help_text=_("Empty: any.")
    )
    words = forms.CharField(
        label=_("Product has one of the words"), max_length=300, required=False, help_text=_("With commas between.")
    )
    scale = forms.ChoiceField(label=_("Business scale"), choices=[("", _("any")), *Scale.choices], required=False)
    field_order: Any = ("kind", "kbli_start", "words", "scale", "need", "reason", "legal_basis", "source_note")


class LicenceTermForm(_FromForm):
    """How long a kind of licence holds, and when its end is announced."""

    rank = forms.IntegerField(label=_("Place on the ladder"), min_value=1, max_value=99)
    needs = forms.ChoiceField(
        label=_("Needs first"), choices=[("", _("nothing")), *LicenceKind.choices], required=False
    )
    years = forms.IntegerField(
        label=_("Years of validity"), min_value=1, max_value=99, required=False, help_text=_("Empty: without an end.")
    )
    warn_days = SimpleArrayField(
        forms.IntegerField(min_value=1, max_value=400),
        label=_("Days before the end"),
        required=False,
        help_text=_("When the owner is told, with commas between: 90, 60, 30."),
    )
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=150)
    field_order: Any = ("rank", "needs", "years", "warn_days", "legal_basis", "valid_from")

    def __init__(self, *args: Any, obj: LicenceTerm, **kwargs: Any) -> None:
        names = ("rank", "needs", "years", "warn_days", "legal_basis")
        super().__init__(*args, **{**kwargs, "initial": {name: getattr(obj, name) for name in names}})
        self.kind = obj.kind

    def clean_needs(self) -> str:
        needs: str = self.cleaned_data["needs"]
        if needs == self.kind:
            raise forms.ValidationError(_("A licence cannot need itself."))
        return needs

    def clean_warn_days(self) -> list[int]:
        return sorted(set(self.cleaned_data["warn_days"]), reverse=True)
