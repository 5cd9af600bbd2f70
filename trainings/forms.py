"""Forms of trainings."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.regions.models import Office, Region
from members.enums import LicenceKind, Scale
from members.models import Stage
from members.sectors import Sector
from trainings.actions.trainings import RULE, Outline, Slot
from trainings.enums import ProposalSource
from trainings.models import Community, TopicProposal
from trainings.models.trainings import LARGEST
from trainings.topic_forms import label_with_outcomes

MOST_TOPICS = 12

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
    for_stages = forms.MultipleChoiceField(
        label=_("Only for owners at this stage"),
        choices=Stage.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    for_groups = forms.ModelMultipleChoiceField(
        label=_("Only for members of these groups"),
        queryset=Community.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        to_field_name="uid",
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
    needs_test = forms.BooleanField(label=_("The certificate also asks for the short test"), required=False)
    needs_plan = forms.BooleanField(label=_("The certificate also asks for an action plan"), required=False)

    def __init__(self, *args: Any, office_codes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: Any = self.fields["for_groups"]
        groups.queryset = Community.objects.filter(office_code__in=office_codes).order_by("name", "pk")
        if not groups.queryset.exists():
            del self.fields["for_groups"]

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
            "for_scales", "for_stages", "for_licence", "sessions_needed", "needs_test", "needs_plan",
        )  # fmt: skip
        return Outline(
            **{name: self.cleaned_data[name] for name in names},
            source=ProposalSource(self.cleaned_data["source"]),
            for_groups=list(self.cleaned_data.get("for_groups", [])),
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

    answers = forms.ModelMultipleChoiceField(
        label=_("Topics that it answers"),
        queryset=TopicProposal.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        to_field_name="uid",
        help_text=_("The most wanted first, with their votes. Who voted is told when you announce the training."),
    )

    def __init__(self, *args: Any, user: User, further: int = 0, **kwargs: Any) -> None:
        """`further`: how many sessions there are beyond the second, when an earlier training is copied."""
        self.regions = {region.code: region for region in regions_for(user)}
        offices = sorted({code[:5] for code in self.regions})
        super().__init__(*args, office_codes=offices, **kwargs)
        self.numbers = [str(number) for number in range(3, 3 + further)]
        for number in self.numbers:
            self.fields[f"day_{number}"] = day_field(label=_("Date"), required=False)
            self.fields[f"start_{number}"] = time_field(label=_("From"), required=False)
            self.fields[f"end_{number}"] = time_field(label=_("Until"), required=False)
            self.fields[f"title_{number}"] = forms.CharField(label=_("Topic"), max_length=120, required=False)
        self._offer_topics(offices)
        self.fields["region"].choices = [(code, region.label) for code, region in self.regions.items()]  # type: ignore[attr-defined]

    def _offer_topics(self, offices: list[str]) -> None:
        """The open topics of the office, the most wanted first; no field where nobody asks for anything."""
        wanted: Any = TopicProposal.objects.filter(office_code__in=offices).open().with_votes()
        keys = [row.pk for row in wanted.order_by("-votes_now", "-pk")[:MOST_TOPICS]]
        field: Any = self.fields["answers"]
        rows: Any = TopicProposal.objects.filter(pk__in=keys)
        field.queryset = rows.with_votes().order_by("-votes_now", "-pk")
        label_with_outcomes(field, field.queryset)
        if not keys:
            del self.fields["answers"]

    def line(self, number: str) -> list[str]:
        """The names of the fields of a further session."""
        return [f"{name}_{number}" for name in ("day", "start", "end", "title")]

    @property
    def further(self) -> list[tuple[str, list[forms.BoundField]]]:
        """For the page: number and fields of each session after the second."""
        return [(number, [self[name] for name in self.line(number)]) for number in self.numbers]

    @property
    def wishes(self) -> list[forms.BoundField]:
        return [self["answers"]] if "answers" in self.fields else []

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
        names = ("for_sectors", "for_scales", "for_stages", "for_groups", "for_licence", *RULE)
        return [self[name] for name in names if name in self.fields]

    @property
    def has_rule_error(self) -> bool:
        """Whether the folded part has to be open."""
        return any(field.errors for field in self.rules)

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
        for number in self.numbers:
            day, start, end, _title = self.line(number)
            if data.get(day) and not (data.get(start) and data.get(end)):
                self.add_error(start, _("Please give the times of this session."))
        return data

    def invited(self) -> Region:
        return self.regions[self.cleaned_data["region"]]

    def slots(self) -> list[Slot]:
        """The sessions as moments in the zone of the office that holds them."""
        office = Office.objects.serving(self.cleaned_data["region"])
        zone = office.tz if office else ZoneInfo("Asia/Jakarta")
        parts = [
            [self.cleaned_data[name] for name in names]
            for names in (self.FIRST, self.SECOND, *map(self.line, self.numbers))
        ]
        found = [slot_of(*part, zone=zone) for part in parts if part[0]]
        if self.cleaned_data.get("repeat"):
            times = self.cleaned_data.get("times") or 2
            found = [*repeated(found[0], every=self.cleaned_data["repeat"], times=times, zone=zone), *found[1:]]
        return found


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
        label=_("They come together, as"),
        required=False,
        max_length=80,
        help_text=_("Only if they come together or not at all: then everybody gets a place, or everybody waits."),
    )
    community = forms.ModelChoiceField(
        label=_("Members of this group"),
        queryset=Community.objects.none(),
        required=False,
        to_field_name="uid",
        empty_label=_("no group"),
    )
    source = forms.ChoiceField(label=_("Source of proposal"), choices=ProposalSource.choices, required=False)

    def __init__(self, *args: Any, office_code: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["community"]
        field.queryset = Community.objects.of_office(office_code)


class SourceFileForm(forms.Form):
    """The list of a source."""

    file = forms.FileField(
        label=_("Spreadsheet"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
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
