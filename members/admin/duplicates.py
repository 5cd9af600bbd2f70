"""Possible duplicates and merges in the office face: side by side, one decision each, and the way back."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.common import clock
from foundation.common.admin import Deed, OfficeModelAdmin
from foundation.common.dates import short_date
from foundation.common.errors import ActionError
from foundation.common.phone import shown
from members import overviews, searching
from members.actions import business_merges, duplicates, merges
from members.models import Business, DuplicatePair, Merge, PairState, Person


class MergeForm(forms.Form):
    """Which record stays; where both have a NIK, that it was compared with the card."""

    keep = forms.ChoiceField(
        label=gettext_lazy("Which record do you keep?"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("What it lacks is filled from the other one."),
    )
    nik_checked = forms.BooleanField(
        label=gettext_lazy("I have seen the ID card: the NIK of the record I keep is the right one."), required=False
    )

    def __init__(self, *args: Any, obj: DuplicatePair, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pair = obj
        people = (obj.first, obj.second)
        choice: Any = self.fields["keep"]
        choice.choices = [(str(person.uid), self._told(person)) for person in people]
        choice.initial = str(max(people, key=_weight).uid)
        if not (obj.first.nik_hash and obj.second.nik_hash):
            del self.fields["nik_checked"]

    def _told(self, person: Person) -> str:
        return f"{person.full_name}, {person.nik_masked or shown(person.phone)}, {short_date(person.registered_at)}"


def _weight(person: Person) -> tuple[bool, bool, int]:
    """An account counts most, then a NIK, then age."""
    return person.user_id is not None, person.nik_hash is not None, -person.pk


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("How do you know?"),
        max_length=200,
        help_text=gettext_lazy("For example: sisters in one house; both ID cards were seen."),
    )


class OtherForm(forms.Form):
    """Another record of the same person, by its phone or NIK."""

    number = forms.CharField(label=gettext_lazy("Phone or NIK of the other record"), max_length=30)
    reason = forms.CharField(label=gettext_lazy("How do you know?"), max_length=200)


def _merge(request: HttpRequest, pair: DuplicatePair, cleaned: dict[str, Any]) -> HttpResponseRedirect:
    kept, gone = pair.first, pair.second
    if cleaned["keep"] == str(gone.uid):
        kept, gone = gone, kept
    merge = merges.merge(
        kept=kept, gone=gone, by=_user(request), now=clock.now(), nik_checked=cleaned.get("nik_checked", False)
    )
    return HttpResponseRedirect(reverse("admin:members_merge_change", args=[merge.uid]))


def _dismiss(request: HttpRequest, pair: DuplicatePair, cleaned: dict[str, Any]) -> str:
    duplicates.dismiss(pair=pair, reason=cleaned["reason"], by=_user(request), now=clock.now())
    return _("Noted: two different people. The pair is not offered again.")


def _find(_request: HttpRequest, _nobody: None, _cleaned: dict[str, Any]) -> str:
    duplicates.find(now=clock.now())
    return _("All records are compared. What resembles each other is listed here.")


def _undo(request: HttpRequest, merge: Merge, _cleaned: dict[str, Any]) -> str:
    back = merges.undo(merge=merge, by=_user(request), now=clock.now())
    return _("The record of %(name)s is back, with everything that was moved from it.") % {"name": str(back)}


class SameBusinessForm(forms.Form):
    """Which of the owner's other businesses is this one, written down a second time."""

    other = forms.ChoiceField(
        label=gettext_lazy("Which record is the same business?"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "It goes into the record you opened, which keeps its name, place and status. "
            "What that one lacks is filled from the other; of each licence the one with a number counts."
        ),
    )
    numbers_checked = forms.BooleanField(
        label=gettext_lazy("I have seen the papers: the numbers of the record you keep are the right ones."),
        required=False,
    )

    def __init__(self, *args: Any, obj: Business, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = {str(row.uid): row for row in _others(obj).select_related("village__parent")}
        choice: Any = self.fields["other"]
        choice.choices = [(uid, self._told(row)) for uid, row in self.others.items()]
        if not any(business_merges.two_numbers(obj, row) for row in self.others.values()):
            del self.fields["numbers_checked"]

    def _told(self, row: Business) -> str:
        return f"{row.name}, {row.product or '-'}, {row.village.name}, {short_date(row.registered_at)}"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return {**cleaned, "gone": self.others.get(cleaned.get("other", ""))}


def _others(business: Business) -> QuerySet[Business]:
    return Business.objects.filter(owner=business.owner_id).exclude(pk=business.pk).order_by("name", "pk")


def has_others(business: Business) -> bool:
    """Whether the owner has another business, so that the two may be one."""
    return _others(business).exists()


def merge_business(request: HttpRequest, business: Business, cleaned: dict[str, Any]) -> HttpResponseRedirect:
    """A deed of a business's page: that other record is the same business."""
    merge = business_merges.merge(
        kept=business,
        gone=cleaned["gone"],
        by=_user(request),
        now=clock.now(),
        numbers_checked=cleaned.get("numbers_checked", False),
    )
    return HttpResponseRedirect(reverse("admin:members_merge_change", args=[merge.uid]))


MERGE_BUSINESS = Deed(
    "gabung",
    gettext_lazy("Registered twice: merge"),
    "members.merge_person",
    merge_business,
    form=SameBusinessForm,
    takes_object=True,
    available=has_others,
    text=gettext_lazy("You can take this back for 30 days."),
)


def point_out(request: HttpRequest, person: Person, cleaned: dict[str, Any]) -> HttpResponseRedirect:
    """A deed of a person's page: this is the same person as that one."""
    seen = Person.objects.visible_to(request.user, "members.merge_person").exclude(pk=person.pk)
    found = list(searching.people_matching(seen, cleaned["number"])[:2])
    if len(found) != 1:
        raise NotFound
    pair = duplicates.offer(one=person, other=found[0], reason=cleaned["reason"], by=_user(request), now=clock.now())
    return HttpResponseRedirect(reverse("admin:members_duplicatepair_change", args=[pair.uid]))


class NotFound(ActionError):
    message = gettext_lazy("No other record, or more than one, has this number in your region.")
    field = "number"


def _user(request: HttpRequest) -> Any:
    return request.user


def _open(pair: DuplicatePair) -> bool:
    return pair.state == PairState.OPEN


class StateFilter(admin.SimpleListFilter):
    """Those that wait first; the decided ones on request."""

    title = gettext_lazy("Status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(PairState.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value() or PairState.OPEN)


@admin.register(DuplicatePair)
class DuplicatePairAdmin(OfficeModelAdmin):
    list_display = ("first_name", "second_name", "why", "place", "found_at")
    list_filter = (StateFilter,)
    list_select_related = ("first__village__parent", "second__village__parent")
    ordering = ("found_at", "id")
    fields = ("comparison", "why", "state", "decided_by", "reason")
    readonly_fields = ("comparison", "why")
    list_deeds = (Deed("cari", gettext_lazy("Look for duplicates now"), "members.merge_person", _find),)
    deeds = (
        Deed(
            "gabung",
            gettext_lazy("The same person: merge"),
            "members.merge_person",
            _merge,
            form=MergeForm,
            takes_object=True,
            primary=True,
            available=_open,
            text=gettext_lazy(
                "Businesses, licences, enrolments, loans, check-ins and posts of both come together. "
                "You can take this back for 30 days."
            ),
        ),
        Deed(
            "beda",
            gettext_lazy("Two different people"),
            "members.merge_person",
            _dismiss,
            form=ReasonForm,
            available=_open,
        ),
    )

    @admin.display(description=gettext_lazy("First record"))
    def first_name(self, pair: DuplicatePair) -> str:
        return pair.first.full_name

    @admin.display(description=gettext_lazy("Second record"))
    def second_name(self, pair: DuplicatePair) -> str:
        return pair.second.full_name

    @admin.display(description=gettext_lazy("What is the same"))
    def why(self, pair: DuplicatePair) -> str:
        told = [_("phone")] if pair.same_phone else []
        if pair.closeness:
            told.append(_("similar name, same date of birth and village"))
        return ", ".join(told) or pair.reason

    @admin.display(description=gettext_lazy("Village/Urban ward"))
    def place(self, pair: DuplicatePair) -> str:
        return pair.first.village.name

    @admin.display(description=gettext_lazy("Side by side"))
    def comparison(self, pair: DuplicatePair) -> SafeString:
        people = overviews.with_everything(Person.objects.filter(pk__in=(pair.first_id, pair.second_id)))
        sides = list(people.order_by("pk"))
        return render_to_string("members/office_comparison.html", {"sides": sides})


@admin.register(Merge)
class MergeAdmin(OfficeModelAdmin):
    """What was merged, and the way back."""

    list_display = ("gone_name", "kept_name", "merged_at", "merged_by", "standing")
    list_select_related = ("kept", "kept_business", "merged_by")
    ordering = ("-merged_at", "-id")
    fields = ("gone_name", "kept_link", "merged_at", "merged_by", "what", "standing")
    readonly_fields = ("kept_link", "what", "standing")
    deeds = (
        Deed(
            "batalkan",
            gettext_lazy("Take this merge back"),
            "members.merge_person",
            _undo,
            available=lambda merge: merge.undoable(clock.now()),
            danger=True,
            text=gettext_lazy(
                "The other record comes back with everything that was moved from it. "
                "What was added since the merge stays with the record you kept."
            ),
        ),
    )

    @admin.display(description=gettext_lazy("Kept"))
    def kept_name(self, merge: Merge) -> str:
        return str(merge.record)

    @admin.display(description=gettext_lazy("Kept"))
    def kept_link(self, merge: Merge) -> str:
        kind = "business" if merge.kept_business else "person"
        address = reverse(f"admin:members_{kind}_change", args=[merge.record.uid])
        return format_html('<a href="{}">{}</a>', address, str(merge.record))

    @admin.display(description=gettext_lazy("Moved"))
    def what(self, merge: Merge) -> str:
        return ", ".join(merges.moved_in_words(merge)) or "-"

    @admin.display(description=gettext_lazy("Status"))
    def standing(self, merge: Merge) -> str:
        if merge.undone_at:
            return _("taken back on %(date)s") % {"date": short_date(merge.undone_at)}
        if merge.undoable(clock.now()):
            return _("can be taken back until %(date)s") % {"date": short_date(merge.undo_until)}
        return _("final")
