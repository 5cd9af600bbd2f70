"""How many businesses there are, kept as they change, so that nobody counts half a million rows for a page.

Triggers on businesses, owners, stages and licences add one line of difference per group and statement; a count is the sum of
its lines. Lines are only ever inserted, so two who write at once never wait for each other; `tallies.fold` makes one
line of many. `manage.py check_counts` proves the sums equal to the full count.
"""

from typing import Final

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class Dimension(models.TextChoices):
    SCALE = "SCALE", _("Scale")
    DIVISION = "DIVISION", _("Division of the KBLI")
    STATUS = "STATUS", _("Status")
    SEX = "SEX", _("Sex of the owner")
    YEAR = "YEAR", _("Year founded")
    LICENCE = "LICENCE", _("Licence")
    STAGE = "STAGE", _("Stage of the owner")


class BusinessTally(models.Model):
    """A difference in the number of businesses of one group: a district, a dimension, and its value."""

    district = models.CharField(max_length=8, db_collation="C")
    dimension = models.CharField(max_length=8, choices=Dimension.choices)
    # The scale, the first two digits of the KBLI code, ...; of a licence `NIB:HELD` with the day it is valid to.
    key = models.CharField(max_length=30, blank=True, db_collation="C")
    until = models.DateField(null=True)
    delta = models.IntegerField()
    is_folded = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("count of businesses")
        verbose_name_plural = _("counts of businesses")
        indexes = [
            models.Index(
                fields=["dimension", "district"], include=["key", "until", "delta"], name="businesstally_read_idx"
            )
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.dimension} {self.key} {self.delta:+}"


INTO: Final = "INSERT INTO members_businesstally (district, dimension, key, until, delta)"
GROUPS: Final = """
    LEFT JOIN members_kbli k ON k.id = r.kbli_id
    LEFT JOIN members_stageperiod s ON s.person_id = r.owner_id AND s.end_at IS NULL, LATERAL (VALUES
        ('SCALE', r.scale), ('DIVISION', coalesce(left(k.code, 2), '')), ('STATUS', r.status),
        ('SEX', p.sex), ('YEAR', coalesce(r.started_year::text, '')),
        ('STAGE', coalesce(s.stage, 'AWARENESS'))
    ) AS d(dimension, key)
"""
_COUNT: Final = f"""
    {INTO} SELECT left(r.village_id, 8), d.dimension, d.key, NULL, sum(r.n)
    FROM ({{rows}}) r JOIN members_person p ON p.id = r.owner_id {GROUPS}
    GROUP BY 1, 2, 3 HAVING sum(r.n) <> 0;
"""  # noqa: S608 -- nothing of it comes from outside
_LICENCES: Final = f"""
    {INTO} SELECT left(b.village_id, 8), 'LICENCE', r.kind || ':' || r.status, r.valid_to, sum(r.n)
    FROM ({{rows}}) r JOIN members_business b ON b.id = r.business_id
    GROUP BY 1, 2, 3, 4 HAVING sum(r.n) <> 0;
"""  # noqa: S608 -- nothing of it comes from outside
# Licences go with their business where it moves to another district.
_MOVED: Final = f"""
    {INTO} SELECT left(r.village_id, 8), 'LICENCE', l.kind || ':' || l.status, l.valid_to, sum(r.n)
    FROM ({{rows}}) r JOIN members_licence l ON l.business_id = r.id
    GROUP BY 1, 2, 3, 4 HAVING sum(r.n) <> 0;
"""  # noqa: S608 -- nothing of it comes from outside
_SEXES: Final = f"""
    {INTO} SELECT left(b.village_id, 8), 'SEX', r.sex, NULL, sum(r.n)
    FROM ({{rows}}) r JOIN members_business b ON b.owner_id = r.id
    GROUP BY 1, 2, 3 HAVING sum(r.n) <> 0;
"""  # noqa: S608 -- nothing of it comes from outside
# Who has no open period stands at awareness: a period takes her businesses from there to its own stage.
_STAGES: Final = f"""
    {INTO} SELECT left(b.village_id, 8), 'STAGE', d.key, NULL, sum(r.n * d.n)
    FROM ({{rows}}) r JOIN members_business b ON b.owner_id = r.person_id,
        LATERAL (VALUES (r.stage, 1), ('AWARENESS', -1)) AS d(key, n)
    WHERE r.end_at IS NULL GROUP BY 1, 2, 3 HAVING sum(r.n * d.n) <> 0;
"""  # noqa: S608 -- nothing of it comes from outside
_CAME: Final = "SELECT *, 1 AS n FROM new_rows"
_WENT: Final = "SELECT *, -1 AS n FROM old_rows"


def _changed(*columns: str) -> str:
    """Rows whose counted columns changed: as they were taken off, as they are put on."""
    new, old = (", ".join(f"{side}.{column}" for column in columns) for side in ("a", "b"))
    both = f"FROM new_rows a JOIN old_rows b ON a.id = b.id WHERE ({new}) IS DISTINCT FROM ({old})"
    return f"SELECT a.*, 1 AS n {both} UNION ALL SELECT b.*, -1 AS n {both}"


def _trigger(name: str, operation: pgtrigger.Operation, func: str, **tables: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),
        func=f"{func} RETURN NULL;",
    )


_BUSINESS: Final = _changed("village_id", "scale", "kbli_id", "status", "started_year", "owner_id")
_LICENCE: Final = _changed("business_id", "kind", "status", "valid_to")
BOTH: Final = {"new": "new_rows", "old": "old_rows"}

BUSINESS_TRIGGERS: Final = [
    _trigger("tally_insert", pgtrigger.Insert, _COUNT.format(rows=_CAME), new="new_rows"),
    _trigger("tally_delete", pgtrigger.Delete, _COUNT.format(rows=_WENT), old="old_rows"),
    _trigger(
        "tally_update",
        pgtrigger.Update,
        _COUNT.format(rows=_BUSINESS) + _MOVED.format(rows=_changed("village_id")),
        **BOTH,
    ),
]
LICENCE_TRIGGERS: Final = [
    _trigger("tally_insert", pgtrigger.Insert, _LICENCES.format(rows=_CAME), new="new_rows"),
    _trigger("tally_delete", pgtrigger.Delete, _LICENCES.format(rows=_WENT), old="old_rows"),
    _trigger("tally_update", pgtrigger.Update, _LICENCES.format(rows=_LICENCE), **BOTH),
]
STAGE_TRIGGERS: Final = [
    _trigger("tally_insert", pgtrigger.Insert, _STAGES.format(rows=_CAME), new="new_rows"),
    _trigger("tally_delete", pgtrigger.Delete, _STAGES.format(rows=_WENT), old="old_rows"),
    _trigger("tally_update", pgtrigger.Update, _STAGES.format(rows=_changed("person_id", "stage", "end_at")), **BOTH),
]
PERSON_TRIGGERS: Final = [_trigger("tally_update", pgtrigger.Update, _SEXES.format(rows=_changed("sex")), **BOTH)]
