"""The database's own guard of places: no more than the training, the share of the source and the activity allow.

What is held is counted where the limit stands: `used` of a share and of an activity, empty while their plan does not
bind, kept by the triggers below and held to the limit by a CHECK each. The places of a training are counted anew. Each
trigger takes the locks of the actions in the actions' order (trainings/quotas.py), so that two who write plain SQL at
one moment wait for each other too. Who was let in at the door beyond the plan (`beyond_plan`) is not counted.
"""

from typing import Final

import pgtrigger

HELD: Final = "state IN ('CONFIRMED', 'OFFERED')"
# The year in which a training counts: of its start, by the clock of its office.
_YEAR: Final = "extract(year FROM {start} AT TIME ZONE coalesce(o.zone, 'Asia/Jakarta'))::int"
_MOVED: Final = "jsonb_to_recordset(moved) AS m(office text, year int, source text, activity bigint, n int)"
PLAN_LOCK: Final = "hashtext('trainings.plan'), hashtext({office} || ' ' || {year})"

# `moved`: places that came (n > 0) or went, by office, year, source and activity. First those who register wait for a
# plan that is being changed, and it for them; then shares by source, then activities.
_COUNT: Final = f"""
    IF moved IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock_shared({PLAN_LOCK.format(office="y.office", year="y.year")})
        FROM (SELECT DISTINCT office, year FROM {_MOVED} ORDER BY 1, 2) y;
    IF NOT EXISTS (SELECT FROM {_MOVED} JOIN trainings_yearplan p ON p.office_code = m.office AND p.year = m.year
                   WHERE p.is_binding)
       AND NOT EXISTS (SELECT FROM {_MOVED} JOIN trainings_planactivity a ON a.id = m.activity WHERE a.used IS NOT NULL)
    THEN
        RETURN NULL;
    END IF;
    PERFORM FROM trainings_planshare s JOIN trainings_yearplan p ON p.id = s.plan_id
        WHERE p.is_binding AND (p.office_code, p.year) IN (SELECT office, year FROM {_MOVED})
        ORDER BY p.office_code, p.year, s.source FOR NO KEY UPDATE OF s;
    UPDATE trainings_planshare s SET used = s.used + d.n
        FROM (SELECT p.id, m.source, sum(m.n)::int AS n FROM {_MOVED}
              JOIN trainings_yearplan p ON p.office_code = m.office AND p.year = m.year AND p.is_binding
              GROUP BY 1, 2 HAVING sum(m.n) <> 0) d
        WHERE s.plan_id = d.id AND s.source = d.source;
    IF EXISTS (SELECT FROM {_MOVED}
               JOIN trainings_yearplan p ON p.office_code = m.office AND p.year = m.year AND p.is_binding
               LEFT JOIN trainings_planshare s ON s.plan_id = p.id AND s.source = m.source
               WHERE m.n > 0 AND s.id IS NULL) THEN
        RAISE EXCEPTION 'planshare_not_overfilled: the plan has no place for this source'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'planshare_not_overfilled';
    END IF;
    PERFORM FROM trainings_planactivity WHERE used IS NOT NULL AND id IN (SELECT activity FROM {_MOVED})
        ORDER BY id FOR NO KEY UPDATE;
    UPDATE trainings_planactivity a SET used = a.used + d.n
        FROM (SELECT activity, sum(n)::int AS n FROM {_MOVED} GROUP BY 1 HAVING sum(n) <> 0) d
        WHERE a.id = d.activity AND a.used IS NOT NULL;
    RETURN NULL;
"""  # noqa: S608 -- nothing of it comes from outside

_OVERBOOKED: Final = """
        RAISE EXCEPTION 'training_not_overbooked: the training has no more places than that'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'training_not_overbooked';
"""

# `rows`: training, source, seats (came or went), n (the same, of those the plan counts).
_ENROLMENTS: Final = f"""
    SELECT array_agg(DISTINCT r.training_id) INTO touched FROM (
        SELECT training_id FROM ({{rows}}) q GROUP BY training_id, source HAVING sum(seats) <> 0 OR sum(n) <> 0) r;
    IF touched IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM FROM trainings_training WHERE id = ANY(touched) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM trainings_training t
               JOIN (SELECT training_id FROM ({{rows}}) q GROUP BY 1 HAVING sum(seats) > 0) d ON d.training_id = t.id
               WHERE t.capacity < (SELECT count(*) FROM trainings_enrolment e WHERE e.training_id = t.id AND e.{HELD}))
    THEN {_OVERBOOKED}
    END IF;
    SELECT jsonb_agg(d) INTO moved FROM (
        SELECT t.office_code AS office, {_YEAR.format(start="t.starts_at")} AS year, q.source, t.activity_id AS activity,
               sum(q.n)::int AS n
        FROM ({{rows}}) q JOIN trainings_training t ON t.id = q.training_id
        LEFT JOIN regions_office o ON o.region_id = t.office_code
        WHERE t.status <> 'CANCELLED' GROUP BY 1, 2, 3, 4 HAVING sum(q.n) <> 0) d;
    {_COUNT}
"""  # noqa: S608
_CAME: Final = f"SELECT training_id, source, 1 AS seats, (NOT beyond_plan)::int AS n FROM new_rows WHERE {HELD}"  # noqa: S608
_WENT: Final = f"SELECT training_id, source, -1 AS seats, -(NOT beyond_plan)::int AS n FROM old_rows WHERE {HELD}"  # noqa: S608

# A training that moves to another year or activity, or is called off, takes its places along.
_TRAINING: Final = f"""
    IF NEW.capacity < OLD.capacity AND NEW.capacity < (
        SELECT count(*) FROM trainings_enrolment WHERE training_id = NEW.id AND {HELD}) THEN {_OVERBOOKED}
    END IF;
    SELECT jsonb_agg(d) INTO moved FROM (
        SELECT v.office, {_YEAR.format(start="v.start")} AS year, e.source, v.activity, sum(v.n)::int AS n
        FROM trainings_enrolment e
        CROSS JOIN (VALUES (OLD.office_code, OLD.starts_at, OLD.activity_id, OLD.status, -1),
                           (NEW.office_code, NEW.starts_at, NEW.activity_id, NEW.status, 1)
                   ) v(office, start, activity, status, n)
        LEFT JOIN regions_office o ON o.region_id = v.office
        WHERE e.training_id = NEW.id AND e.{HELD} AND NOT e.beyond_plan AND v.status <> 'CANCELLED'
        GROUP BY 1, 2, 3, 4 HAVING sum(v.n) <> 0) d;
    {_COUNT}
"""  # noqa: S608

_ITS_YEAR: Final = f"""
    IF NOT EXISTS (SELECT FROM trainings_planactivity a JOIN trainings_yearplan p ON p.id = a.plan_id
                   LEFT JOIN regions_office o ON o.region_id = NEW.office_code
                   WHERE a.id = NEW.activity_id AND p.office_code = NEW.office_code
                     AND p.year = {_YEAR.format(start="NEW.starts_at")}) THEN
        RAISE EXCEPTION 'training_activity_of_its_year: the activity belongs to the plan of another office or year'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'training_activity_of_its_year';
    END IF;
    RETURN NULL;
"""

_HOLDING: Final = f"""
    SELECT count(*) FROM trainings_enrolment e JOIN trainings_training t ON t.id = e.training_id
    LEFT JOIN regions_office o ON o.region_id = t.office_code
    WHERE e.{HELD} AND NOT e.beyond_plan AND t.status <> 'CANCELLED'
"""  # noqa: S608
_OF_SHARE: Final = f"{_HOLDING} AND e.source = {{source}} AND t.office_code = {{office}} AND {_YEAR.format(start='t.starts_at')} = {{year}}"
_OF_ACTIVITY: Final = f"{_HOLDING} AND t.activity_id = {{activity}}"

_PLAN: Final = f"""
    IF TG_OP = 'UPDATE' AND (OLD.is_binding, OLD.office_code, OLD.year) = (NEW.is_binding, NEW.office_code, NEW.year) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock({PLAN_LOCK.format(office="NEW.office_code", year="NEW.year")});
    UPDATE trainings_planshare s SET used = CASE WHEN NEW.is_binding THEN (
        {_OF_SHARE.format(source="s.source", office="NEW.office_code", year="NEW.year")}) END WHERE s.plan_id = NEW.id;
    UPDATE trainings_planactivity a SET used = CASE WHEN NEW.is_binding THEN (
        {_OF_ACTIVITY.format(activity="a.id")}) END WHERE a.plan_id = NEW.id;
    RETURN NULL;
"""  # noqa: S608
_LINE: Final = f"""
    SELECT * INTO plan FROM trainings_yearplan WHERE id = NEW.plan_id;
    PERFORM pg_advisory_xact_lock({PLAN_LOCK.format(office="plan.office_code", year="plan.year")});
    SELECT * INTO plan FROM trainings_yearplan WHERE id = NEW.plan_id;
    NEW.used = CASE WHEN plan.is_binding THEN ({{count}}) END;
    RETURN NEW;
"""  # noqa: S608


def _enrolments(name: str, operation: pgtrigger.Operation, rows: str, **tables: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),
        declare=[("touched", "bigint[]"), ("moved", "jsonb")],
        func=_ENROLMENTS.format(rows=rows),
    )


def _of_line(name: str, count: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("plan", "trainings_yearplan")],
        func=_LINE.format(count=count),
    )


ENROLMENT_TRIGGERS: Final = [
    _enrolments("places_come", pgtrigger.Insert, _CAME, new="new_rows"),
    _enrolments("places_go", pgtrigger.Delete, _WENT, old="old_rows"),
    _enrolments("places_change", pgtrigger.Update, f"{_CAME} UNION ALL {_WENT}", new="new_rows", old="old_rows"),
]
TRAINING_TRIGGERS: Final = [
    pgtrigger.Trigger(
        name="places_move",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("capacity", "starts_at", "office_code", "activity_id", "status"),
        condition=pgtrigger.AnyChange("capacity", "starts_at", "office_code", "activity", "status"),
        declare=[("moved", "jsonb")],
        func=_TRAINING,
    ),
    pgtrigger.Trigger(
        name="activity_of_its_year",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("starts_at", "office_code", "activity_id"),
        condition=pgtrigger.Q(new__activity__isnull=False),
        func=_ITS_YEAR,
    ),
]
PLAN_TRIGGERS: Final = [
    pgtrigger.Trigger(
        name="count_anew",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("is_binding", "office_code", "year"),
        func=_PLAN,
    )
]
SHARE_TRIGGERS: Final = [
    _of_line("count_share", _OF_SHARE.format(source="NEW.source", office="plan.office_code", year="plan.year"))
]
ACTIVITY_TRIGGERS: Final = [_of_line("count_activity", _OF_ACTIVITY.format(activity="NEW.id"))]
