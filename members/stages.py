"""What a member can do that counts for a stage: sources that apps register, and who has done enough by the rules."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from members.enums import LicenceStatus
from members.models import Licence, Person, Stage, StageRule

DAYS_A_MONTH: Final = 30.4375
UPWARDS: Final = (Stage.ENRICHMENT, Stage.CAPACITY)


@dataclass(frozen=True)
class Source:
    """A kind of deed. `rows` are values with `who` (key of the person) and `at` (date or moment), one row per deed."""

    name: str
    title: Any
    rows: Callable[[], QuerySet[Any, Any]]


SOURCES: Final[dict[str, Source]] = {}


def register(source: Source) -> None:
    """Let an app name a deed that rules may count."""
    SOURCES[source.name] = source


register(
    Source(
        "LICENCE_HELD",
        _("Holds a licence"),
        lambda: Licence.objects.filter(status=LicenceStatus.HELD).values(
            who=F("business__owner_id"), at=F("updated_at")
        ),
    )
)


def done(rule: StageRule, *, now: datetime, among: Iterable[int] | None = None) -> set[int]:
    """Keys of those who have done what one line asks for. One query; a source that no app names counts nothing."""
    source = SOURCES.get(rule.deed)
    if source is None:
        return set()
    rows = source.rows().filter(who__isnull=False)
    if rule.within_months:
        rows = rows.filter(at__gte=now - timedelta(days=rule.within_months * DAYS_A_MONTH))
    if among is not None:
        rows = rows.filter(who__in=list(among))
    enough = rows.order_by().values("who").annotate(times=Count("*")).filter(times__gte=rule.count)
    return set(enough.values_list("who", flat=True))


def rules_on(day: date) -> list[StageRule]:
    """Lines in force on a day."""
    rows = StageRule.objects.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    return list(rows.order_by("region_code", "stage", "way", "deed", "pk"))


def earned(*, now: datetime, day: date, among: Iterable[int] | None = None) -> dict[int, tuple[Stage, str]]:
    """The highest stage that each person has earned, with the way in words; who is not in it is at the first stage.

    A few set-based queries, whatever the number of people.
    """
    among = None if among is None else list(among)
    ways: dict[tuple[str, str], dict[int, list[StageRule]]] = defaultdict(lambda: defaultdict(list))
    for rule in rules_on(day):
        ways[rule.region_code, rule.stage][rule.way].append(rule)
    offices = {code for code, _stage in ways if code}
    homes = {code: _people_in(code, among) for code in offices}
    found: dict[int, tuple[Stage, str]] = {}
    for stage in reversed(UPWARDS):
        own = set().union(*(homes[code] for code in offices if (code, stage) in ways))
        for code in ("", *sorted(offices)):
            for lines in ways.get((code, stage), {}).values():
                reached = set.intersection(*(done(line, now=now, among=among) for line in lines))
                reached = reached & homes[code] if code else reached - own
                found |= dict.fromkeys(reached, (stage, in_words(lines)))
    return found


def _people_in(code: str, among: list[int] | None) -> set[int]:
    rows = Person.objects.inside(code)
    if among is not None:
        rows = rows.filter(pk__in=among)
    return set(rows.order_by().values_list("pk", flat=True))


def in_words(lines: list[StageRule]) -> str:
    """`Menyelesaikan pelatihan (2 kali)`, in the office's language: it is stored with the period."""
    with translation.override(settings.LANGUAGE_CODE):
        return "; ".join(
            str(_("%(deed)s (%(n)s times)") % {"deed": SOURCES[line.deed].title, "n": line.count})
            for line in lines
            if line.deed in SOURCES
        )
