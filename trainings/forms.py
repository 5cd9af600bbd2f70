"""Forms of trainings."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.regions.models import Office, Region
from members.enums import LicenceKind, Scale
from members.sectors import Sector
from trainings.actions.trainings import Outline, Slot
from trainings.enums import ProposalSource
from trainings.models.trainings import LARGEST

PLACE, ONLINE = "PLACE", "ONLINE"
SCHEDULE = "trainings.schedule_training"


def day_field(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


def time_field(**kwargs: Any) -> forms.TimeField:
    return forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **kwargs)


def regions_for(user: User) -> list[Region]:
    """Where `user` may invite: her districts; for the office also the whole regency or city, which stands first."""
    levels = [Region.Level.REGENCY, Region.Level.DISTRICT]
    found: list[Region] = []
    for code in user.region_prefixes(SCHEDULE):
        found += Region.objects.inside(code).filter(level__in=levels, is_active=True).order_by("code")[:300]
    return found


class OutlineForm(forms.Form):
    """What a training is about and where: what can still be put right after it is announced."""

    title = forms.CharField(label=_("What is the training about?"), max_length=120)
    summary = forms.CharField(
        label=_("What do participants take home?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence that owners read in the announcement."),
    )
    capacity = forms.IntegerField(label=_("How many places?"), min_value=1, max_value=LARGEST, initial=30)
    source = forms.ChoiceField(
        label=_("Source of proposal"),
        choices=ProposalSource.choices,
        initial=ProposalSource.OWN,
        help_text=_("The places count on this source in the yearly plan."),
    )
    venue = forms.CharField(
        label=_("Place"),
        max_length=120,
        required=False,
        help_text=_("For an online training leave this empty."),
    )
    address = forms.CharField(label=_("Address of the place"), max_length=200, required=False)
    map_link = forms.URLField(
        label=_("Link of the map"),
        max_length=300,
        required=False,
        assume_scheme="https",
        help_text=_("Share the place in the map app and paste the link here."),
    )
    online_link = forms.URLField(
        label=_("Link of the online meeting"),
        max_length=300,
        required=False,
        assume_scheme="https",
    )
    bring = forms.CharField(
        label=_("What should participants bring?"),
        max_length=150,
        required=False,
    )

    for_sectors = forms.MultipleChoiceField(
        label=_("Only for these lines of business"),
        choices=Sector.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: for all."),
    )
    for_scales = forms.MultipleChoiceField(
        label=_("Only for these sizes"),
        choices=Scale.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    for_licence = forms.ChoiceField(
        label=_("Only for owners who have"),
        choices=[("", _("no licence asked for")), *LicenceKind.choices],
        required=False,
    )
    sessions_needed = forms.IntegerField(
        label=_("Sessions for a certificate"),
        min_value=0,
        max_value=99,
        required=False,
        help_text=_("Left empty: all of them."),
    )

    def clean_sessions_needed(self) -> int:
        return int(self.cleaned_data["sessions_needed"] or 0)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("venue") and not data.get("online_link") and "online_link" not in self.errors:
            self.add_error("venue", _("Please give a place or the link of the online meeting."))
        return data

    def outline(self) -> Outline:
        names = (
            "title", "summary", "capacity", "venue", "address", "map_link", "online_link", "bring", "for_sectors",
            "for_scales", "for_licence", "sessions_needed",
        )  # fmt: skip
        return Outline(
            **{name: self.cleaned_data[name] for name in names}, source=ProposalSource(self.cleaned_data["source"])
        )


class TrainingForm(OutlineForm):
    """A training with one or two sessions, short enough for a phone."""

    region = forms.ChoiceField(label=_("Who is invited?"), help_text=_("Every owner who lives there is told."))
    first_day = day_field(label=_("Date"))
    first_start = time_field(label=_("From"), initial=time(9))
    first_end = time_field(label=_("Until"), initial=time(12))
    first_title = forms.CharField(label=_("Topic"), max_length=120, required=False)
    repeat = forms.ChoiceField(
        label=_("Repeat the first session"),
        choices=[("", _("not")), ("DAY", _("every day")), ("WEEK", _("every week"))],
        required=False,
    )
    times = forms.IntegerField(label=_("How many times in all?"), min_value=1, max_value=12, required=False)
    second_day = day_field(label=_("Date"), required=False)
    second_start = time_field(label=_("From"), required=False, initial=time(9))
    second_end = time_field(label=_("Until"), required=False, initial=time(12))
    second_title = forms.CharField(label=_("Topic"), max_length=120, required=False)

    FIRST = ("first_day", "first_start", "first_end", "first_title")
    SECOND = ("second_day", "second_start", "second_end", "second_title")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.more: list[Slot] = []  # further sessions of an earlier training that is copied
        self.regions = {region.code: region for region in regions_for(user)}
        self.fields["region"].choices = [(code, region.label) for code, region in self.regions.items()]  # type: ignore[attr-defined]

    @property
    def about(self) -> list[forms.BoundField]:
        """The fields of the first part."""
        return [self[name] for name in ("title", "summary", "region", "capacity", "source")]

    @property
    def where(self) -> list[forms.BoundField]:
        return [self[name] for name in ("venue", "address", "map_link", "online_link", "bring")]

    @property
    def rules(self) -> list[forms.BoundField]:
        """Who may come, and what the certificate asks; folded away, for most trainings ask nothing."""
        return [self[name] for name in ("for_sectors", "for_scales", "for_licence", "sessions_needed")]

    @property
    def again(self) -> list[forms.BoundField]:
        return [self["repeat"], self["times"]]

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FIRST]

    @property
    def second(self) -> list[forms.BoundField]:
        return [self[name] for name in self.SECOND]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("second_day") and not (data.get("second_start") and data.get("second_end")):
            self.add_error("second_start", _("Please give the times of the second session."))
        return data

    def invited(self) -> Region:
        return self.regions[self.cleaned_data["region"]]

    def slots(self) -> list[Slot]:
        """The sessions as moments in the zone of the office that holds them."""
        office = Office.objects.serving(self.cleaned_data["region"])
        zone = office.tz if office else ZoneInfo("Asia/Jakarta")
        parts = [[self.cleaned_data[name] for name in names] for names in (self.FIRST, self.SECOND)]
        found = [slot_of(*part, zone=zone) for part in parts if part[0]]
        if self.cleaned_data.get("repeat"):
            times = self.cleaned_data.get("times") or 2
            found = [*repeated(found[0], every=self.cleaned_data["repeat"], times=times, zone=zone), *found[1:]]
        return found + self.more


def repeated(first: Slot, *, every: str, times: int, zone: ZoneInfo) -> list[Slot]:
    """The first session again, daily or weekly, at the same hours by the wall clock; `times` in all."""
    step = timedelta(days=7 if every == "WEEK" else 1)
    start, end = first.starts_at.astimezone(zone), first.ends_at.astimezone(zone)
    return [slot_of(start.date() + step * n, start.time(), end.time(), first.title, zone=zone) for n in range(times)]


def slot_of(day: date, start: time, end: time, title: str, *, zone: ZoneInfo) -> Slot:
    return Slot(
        starts_at=datetime.combine(day, start, tzinfo=zone),
        ends_at=datetime.combine(day, end, tzinfo=zone),
        title=title,
    )


class DoorForm(forms.Form):
    """What was scanned or typed at the door."""

    text = forms.CharField(
        label=_("Ticket code or phone number"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("For example 7K4M-2Q or 0812-3456-7890."),
    )
    way = forms.ChoiceField(
        choices=[("SCAN", "SCAN"), ("TYPED", "TYPED")], required=False, widget=forms.HiddenInput, initial="TYPED"
    )
    scanned_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why something is called off or withdrawn."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class PersonSearchForm(forms.Form):
    """Whom to register: a name or a phone number."""

    q = forms.CharField(label=_("Name or phone number of the owner"), max_length=100, required=False)
    source = forms.ChoiceField(label=_("Source of proposal"), choices=ProposalSource.choices, required=False)


class CodeForm(forms.Form):
    """The code on a certificate."""

    code = forms.CharField(
        label=_("Verification code"),
        max_length=20,
        help_text=_("Ten letters and digits, printed beside the QR code."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class ManyForm(forms.Form):
    """Several people at once: ticked, or by their numbers; with a name they are a group that comes all or none."""

    numbers = forms.CharField(
        label=_("Phone numbers, one on each line"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    group = forms.CharField(
        label=_("Name of the group"),
        required=False,
        max_length=80,
        help_text=_("Only if they come together or not at all: then everybody gets a place, or everybody waits."),
    )
    source = forms.ChoiceField(label=_("Source of proposal"), choices=ProposalSource.choices, required=False)


class SourceFileForm(forms.Form):
    """The list of a source."""

    file = forms.FileField(
        label=_("Spreadsheet"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods"}),
        help_text=_("With the headings Nama, NIK and No HP, as in the list of owners. At most 2,000 lines."),
    )
    source = forms.ChoiceField(label=_("Source of proposal"), choices=ProposalSource.choices)


class CutForm(forms.Form):
    """A decision that takes places away."""

    capacity = forms.IntegerField(label=_("How many places remain?"), min_value=1, max_value=LARGEST)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Those who lose their place read this."),
    )
