"""What became of a year's places: taken, attended, completed, and the money, by source, district, sex, stage and activity."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Left
from django.utils.translation import gettext as _

from foundation.regions.models import Region
from members.enums import Sex
from members.models import Stage
from trainings.enums import ProposalSource
from trainings.models import Attendance, PlanActivity, PlanShare, Session, Spending
from trainings.queries import enrolments_of_year
from trainings.spending import UNSHARED, shared
from trainings.stages import stage_at

DISTRICT: Final = len("00.00.00")


@dataclass(frozen=True)
class Line:
    """One group of a year's places. `came` were in at least one session; `share` of the expected arrivals came.

    `planned` places and `budget` (whole rupiah) where the plan names them; `spent` whole rupiah, by activity as it
    was recorded, else as `trainings.spending` shares it out.
    """

    key: str
    label: str
    taken: int = 0
    came: int = 0
    expected: int = 0
    present: int = 0
    completed: int = 0
    planned: int = 0
    budget: int = 0
    spent: int = 0

    @property
    def share(self) -> float | None:
        return self.present / self.expected if self.expected else None


def _places(office_code: str, year: int, key: Any) -> dict[str, dict[str, Any]]:
    """The year's confirmed places, grouped by the expression `key`. One query."""
    inside = Attendance.objects.filter(enrolment=OuterRef("pk"))
    held = Session.objects.filter(training=OuterRef("training"), attendances__isnull=False).distinct()
    rows = (
        enrolments_of_year(office_code, year)
        .annotate(
            key=key,
            is_in=Exists(inside),
            sessions=_count(held, "training"),
            present=_count(inside, "enrolment"),
        )
        .values("key")
        .order_by()
        .annotate(
            taken=Count("pk"),
            came=Count("pk", filter=Q(is_in=True)),
            expected_sum=Coalesce(Sum("sessions"), 0),
            present_sum=Coalesce(Sum("present"), 0),
            done=Count("certificate", filter=Q(certificate__withdrawn_at__isnull=True)),
        )
    )
    return {str(row["key"] or ""): dict(row) for row in rows}


def _count(rows: QuerySet[Any], by: str) -> Any:
    counted = rows.order_by().values(by).annotate(n=Count("pk", distinct=True)).values("n")
    return Coalesce(Subquery(counted), 0)


def _line(key: str, label: str, row: dict[str, Any], **plan: int) -> Line:
    return Line(
        key=key,
        label=label,
        taken=row.get("taken", 0),
        came=row.get("came", 0),
        expected=row.get("expected_sum", 0),
        present=row.get("present_sum", 0),
        completed=row.get("done", 0),
        **plan,
    )


def _unshared(spent: Counter[str]) -> list[Line]:
    """What was spent where nobody has a place; it keeps the sums of all tables the same."""
    money = spent.get(UNSHARED, 0)
    return [Line(key=UNSHARED, label=_("spent before anybody has a place"), spent=money)] if money else []


def by_source(office_code: str, year: int) -> list[Line]:
    """One line per source; planned places as they are after what was released."""
    rows = _places(office_code, year, F("source"))
    spent = shared(office_code, year, F("source"))
    shares = {share.source: share for share in PlanShare.objects.filter(plan__office_code=office_code, plan__year=year)}
    return [
        _line(
            source,
            str(source.label),
            rows.get(source, {}),
            planned=shares[source].allowed if source in shares else 0,
            budget=shares[source].budget if source in shares else 0,
            spent=spent[source],
        )
        for source in ProposalSource
    ] + _unshared(spent)


def by_district(office_code: str, year: int) -> list[Line]:
    """By the district where the participant lives, every district of the office; others under their own name."""
    where = Left("person__village_id", DISTRICT)
    rows, spent = _places(office_code, year, where), shared(office_code, year, where)
    own = Region.objects.inside(office_code).filter(level=Region.Level.DISTRICT, is_active=True)
    names = dict(own.order_by("code").values_list("code", "name"))
    strangers = sorted(set(rows) - set(names))
    names |= dict(Region.objects.filter(code__in=strangers).values_list("code", "name"))
    lines = [_line(code, name, rows.get(code, {}), spent=spent[code]) for code, name in names.items()]
    return lines + _unshared(spent)


def by_sex(office_code: str, year: int) -> list[Line]:
    rows, spent = _places(office_code, year, F("person__sex")), shared(office_code, year, F("person__sex"))
    named = [*((str(sex.value), str(sex.label)) for sex in Sex), ("", _("not recorded"))]
    lines = [_line(key, label, rows.get(key, {}), spent=spent[key]) for key, label in named if key or key in rows]
    return lines + _unshared(spent)


def by_stage(office_code: str, year: int) -> list[Line]:
    """By the stage in which the participant stood when the training began."""
    stood = stage_at("training__starts_at")
    rows, spent = _places(office_code, year, stood), shared(office_code, year, stood)
    lines = [
        _line(str(stage.value), str(stage.label), rows.get(stage.value, {}), spent=spent[stage.value])
        for stage in Stage
    ]
    return lines + _unshared(spent)


def by_activity(office_code: str, year: int) -> list[Line]:
    """By budget line, with its places, its budget and what was spent; trainings under no line stand last."""
    rows = _places(office_code, year, F("training__activity"))
    lines = PlanActivity.objects.filter(plan__office_code=office_code, plan__year=year).order_by("code", "pk")
    spent = dict(
        Spending.objects.filter(activity__in=lines).values_list("activity").order_by().annotate(total=Sum("amount"))
    )
    found = [
        _line(
            str(line.uid),
            str(line),
            rows.get(str(line.pk), {}),
            planned=line.places,
            budget=line.budget,
            spent=spent.get(line.pk, 0),
        )
        for line in lines
    ]
    return found + ([_line("", _("under no activity"), rows[""])] if "" in rows else [])


DIMENSIONS: Final[dict[str, Callable[[str, int], list[Line]]]] = {
    "source": by_source,
    "activity": by_activity,
    "district": by_district,
    "sex": by_sex,
    "stage": by_stage,
}
