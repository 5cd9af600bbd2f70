"""The yearly report of trainings (LPTJ): what was planned, what became of it, and what it cost."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.utils import timezone, translation

from foundation.common import dates, money, numbers
from foundation.common.documents import render_pdf
from foundation.regions.models import Office
from trainings import realisation
from trainings.models import TopicAnswer, YearPlan
from trainings.queries import year_bounds
from trainings.realisation import Line

TITLES: Final = {
    "source": "Menurut sumber usulan",
    "activity": "Menurut kegiatan (RKA/DPA)",
    "district": "Menurut kecamatan peserta",
    "sex": "Menurut jenis kelamin peserta",
    "stage": "Menurut tahap peserta saat pelatihan dimulai",
}
PEOPLE: Final = ("Terisi", "Hadir", "Kehadiran", "Bersertifikat")
# Which tables name what was planned, places and money; what was spent stands in each.
PLANNED: Final = frozenset({"source", "activity"})


def lptj_pdf(plan: YearPlan, *, now: datetime) -> bytes:
    """A4 pages, always in Indonesian: it is an official paper. The figures are those of `now`."""
    office = Office.objects.serving(plan.office_code)
    zone = office.tz if office else timezone.get_default_timezone()
    with translation.override("id"), timezone.override(zone):
        return render_pdf("lptj", lptj_data(plan, office, now=now))


def lptj_data(plan: YearPlan, office: Office | None, *, now: datetime) -> dict[str, Any]:
    """What templates/documents/lptj.typ prints: numbers written as people read them."""
    found = {name: measure(plan.office_code, plan.year) for name, measure in realisation.DIMENSIONS.items()}
    places = sum(line.taken for line in found["source"])
    planned = sum(line.planned for line in found["source"])
    city = office.region.name.removeprefix("Kota ").removeprefix("Kabupaten ") if office else ""
    return {
        "office": office.name if office else plan.office_code,
        "address": office.address if office else "",
        "title": f"Laporan pelaksanaan pelatihan tahun {plan.year}",
        "lead": f"Terisi {numbers.grouped(places)} dari {numbers.grouped(planned)} tempat yang direncanakan. "
        "Satu tempat dihitung pada tahun pelatihannya dimulai; pelatihan yang dibatalkan tidak dihitung.",
        "counted": f"Dihitung {dates.moment(now)}",
        "parts": [_part(name, lines) for name, lines in found.items() if lines],
        "topics": _topics(plan),
        "city": city,
        "today": dates.short_date(now),
        "head_name": office.head_name if office else "",
        "head_title": office.head_title if office else "",
    }


def _part(name: str, lines: Sequence[Line]) -> dict[str, Any]:
    columns = ["", *(["Rencana"] if name in PLANNED else []), *PEOPLE]
    columns += ["Anggaran", "Belanja", "Serapan"] if name in PLANNED else ["Belanja"]
    expected, present = sum(line.expected for line in lines), sum(line.present for line in lines)
    total = Line(
        key="",
        label="Jumlah",
        expected=expected,
        present=present,
        **{
            field: sum(getattr(line, field) for line in lines)
            for field in ("taken", "came", "completed", "planned", "budget", "spent")
        },
    )
    return {
        "title": TITLES[name],
        "columns": columns,
        "rows": [_cells(name, line) for line in lines],
        "total": _cells(name, total),
    }


def _cells(name: str, line: Line) -> list[str]:
    cells = [line.label]
    if name in PLANNED:
        cells.append(numbers.grouped(line.planned))
    cells += [
        numbers.grouped(line.taken),
        numbers.grouped(line.came),
        _percent(line.share),
        numbers.grouped(line.completed),
    ]
    if name not in PLANNED:
        return [*cells, money.rupiah(line.spent)]
    spent = line.spent / line.budget if line.budget else None
    return [*cells, money.rupiah(line.budget), money.rupiah(line.spent), _percent(spent)]


def _percent(share: float | None) -> str:
    return "-" if share is None else numbers.percent(share)


def _topics(plan: YearPlan) -> list[str]:
    """The wishes of owners that trainings of the year answered, each with its training."""
    start, end = year_bounds(plan.office_code, plan.year)
    rows = TopicAnswer.objects.filter(
        training__office_code=plan.office_code, training__starts_at__gte=start, training__starts_at__lt=end
    ).select_related("topic", "training")
    return [
        f"{row.topic.title}: {row.training.title}, {dates.short_date(row.training.starts_at)}"
        for row in rows.exclude(training__cancelled_at__isnull=False).order_by("training__starts_at", "pk")[:100]
    ]
