"""The assistant's people as a file: what her list shows, identity numbers masked."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.audit import log
from foundation.common import clock
from foundation.common.downloads import Format, value, write
from foundation.common.phone import shown
from foundation.jobs import kinds
from foundation.jobs.kinds import Kind
from foundation.jobs.runs import Run
from members import searching
from members.actions import looks
from members.models import Person

# Who registers people may take along whom she cares for; who only looks at them may not.
PERMISSION: Final = "members.register_person"
DIRECT: Final = 5_000
BATCH: Final = 1_000


def people_of(user: Any, text: str = "") -> QuerySet[Person]:
    """Whom the list shows to this person now and may leave with it, by name; `text` is what was searched for."""
    seen = Person.objects.visible_to(user, PERMISSION).unlimited().exclude(user=user)
    rows = seen.select_related("village__parent").prefetch_related("businesses")
    return (searching.people_matching(rows, text) if text else rows).order_by("full_name", "pk")


def heads() -> list[str]:
    return [
        _("Name"),
        _("NIK"),
        _("WhatsApp number"),
        _("District"),
        _("Village/Urban ward"),
        _("Businesses"),
        _("Registered"),
    ]


def lines(rows: QuerySet[Person]) -> Iterator[list[Any]]:
    for person in rows.iterator(chunk_size=BATCH):
        place = person.village
        names = ", ".join(business.name for business in person.businesses.all())
        phone = shown(person.phone)
        cells = (person.full_name, person.nik_masked, phone, place.parent, place.name, names, person.registered_at)
        yield [value(cell) for cell in cells]


def name_of(form: Format) -> str:
    return f"binaan-{clock.today()}.{form}"


def note(rows: QuerySet[Person], *, by: Any, now: datetime) -> None:
    """Each of them reads that she stood in the list."""
    looks.note_export(people=rows.order_by().values("pk"), of="members.people", by=by, now=now)


def _work(run: Run) -> dict[str, Any]:
    """The same for a long list, with the rights of now."""
    form, by = Format(run.params["form"]), run.job.by
    rows = people_of(by)
    total = rows.count()

    def told() -> Iterator[list[Any]]:
        for number, line in enumerate(lines(rows)):
            if number % BATCH == 0:
                run.progress(number, total, _("Writing the people"))
            yield line

    count = write(run.file(name_of(form)), form, heads(), told())
    if by is not None:
        note(rows, by=by, now=run.now)
    log.record("list.exported", run.job, by=by, now=run.now, list="members.people", format=form.value, rows=count)
    return {"rows": count}


PEOPLE: Final = kinds.register(
    Kind(
        "members.people_download",
        gettext_lazy("Download of my people"),
        _work,
        permission=PERMISSION,
        facts=lambda job: [(_("Rows"), job.facts.get("rows", 0))],
    )
)
