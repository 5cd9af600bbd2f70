"""The statements of `imports.merge`, in the order in which they run."""

from typing import Final

COLUMNS: Final = (
    "row_no, ident, nik, nik_hash, nik_tail, full_name, sex, birth_date, phone, email, village_id, address, b_name, b_address,"
    " kbli_id, product, capital, annual_sales, workers, started_year, scale, scale_basis"
)
STAGING: Final = """
CREATE TEMP TABLE member_staging (
    row_no integer, ident text, nik text, nik_hash text, nik_tail text, full_name text, sex text, birth_date date, phone text,
    email text, village_id text COLLATE "C", address text, b_name text, b_address text, kbli_id bigint, product text,
    capital bigint, annual_sales bigint, workers integer, started_year integer, scale text, scale_basis text,
    person_id bigint, business_id bigint, elsewhere boolean DEFAULT false, person_new boolean DEFAULT false,
    person_changed boolean DEFAULT false, business_new boolean DEFAULT false, business_changed boolean DEFAULT false,
    licence_changed boolean DEFAULT false, nib_taken boolean DEFAULT false
) ON COMMIT DROP;
CREATE TEMP TABLE licence_staging (row_no integer, kind text, status text, number text) ON COMMIT DROP
"""

_MATCH_BY_NIK = """
UPDATE member_staging s SET person_id = p.id FROM members_person p WHERE s.nik_hash <> '' AND p.nik_hash = s.nik_hash
"""
# Without a NIK on one side or the other: the same name and phone, living in the same village.
_MATCH_BY_NAME = """
UPDATE member_staging s SET person_id = found.id
FROM (
    SELECT t.row_no, min(p.id) AS id FROM member_staging t
    JOIN members_person p ON p.phone = t.phone AND lower(p.full_name) = lower(t.full_name) AND p.village_id = t.village_id
    WHERE t.person_id IS NULL AND t.phone <> '' AND (t.nik_hash = '' OR p.nik_hash IS NULL)
    GROUP BY t.row_no
) found
WHERE s.row_no = found.row_no
"""
_ELSEWHERE = """
UPDATE member_staging s SET elsewhere = true FROM members_person p
WHERE p.id = s.person_id AND left(p.village_id, 5) <> %(office)s
"""
_NEW_IDS = """
WITH fresh AS (
    SELECT ident, nextval(pg_get_serial_sequence('members_person', 'id')) AS id
    FROM (SELECT DISTINCT ident FROM member_staging WHERE person_id IS NULL) idents
)
UPDATE member_staging s SET person_id = fresh.id, person_new = true FROM fresh WHERE s.ident = fresh.ident AND s.person_id IS NULL
"""
_INSERT_PERSONS = """
INSERT INTO members_person (
    id, uid, created_at, updated_at, full_name, nik, nik_hash, nik_tail, sex, birth_date, phone, email, village_id, address,
    source, registered_at, registered_by_id
)
SELECT DISTINCT ON (person_id) person_id, gen_random_uuid(), %(now)s, %(now)s, full_name, nik, nullif(nik_hash, ''), nik_tail, sex,
    birth_date, phone, email, village_id, address, %(source)s, %(now)s, %(by)s
FROM member_staging WHERE person_new ORDER BY person_id, row_no
ON CONFLICT ON CONSTRAINT person_nik_once DO NOTHING
"""
# Somebody registered the same NIK between the match and the insert: hers is the record.
_LOST_THE_RACE = """
UPDATE member_staging s SET person_id = p.id, person_new = false, elsewhere = left(p.village_id, 5) <> %(office)s
FROM members_person p WHERE s.person_new AND s.nik_hash <> '' AND p.nik_hash = s.nik_hash AND p.id <> s.person_id
"""
_UPDATE_PERSONS = """
WITH first AS (
    SELECT DISTINCT ON (person_id) * FROM member_staging WHERE NOT person_new AND NOT elsewhere ORDER BY person_id, row_no
), wanted AS (
    SELECT p.id, f.row_no, f.full_name, f.village_id,
        coalesce(nullif(f.sex, ''), p.sex) AS sex, coalesce(f.birth_date, p.birth_date) AS birth_date,
        CASE WHEN p.user_id IS NULL THEN coalesce(nullif(f.phone, ''), p.phone) ELSE p.phone END AS phone,
        CASE WHEN p.user_id IS NULL THEN coalesce(nullif(f.email, ''), p.email) ELSE p.email END AS email,
        coalesce(nullif(f.address, ''), p.address) AS address,
        CASE WHEN p.nik_hash IS NULL THEN nullif(f.nik_hash, '') ELSE p.nik_hash END AS nik_hash,
        CASE WHEN p.nik_hash IS NULL THEN f.nik ELSE p.nik END AS nik,
        CASE WHEN p.nik_hash IS NULL THEN f.nik_tail ELSE p.nik_tail END AS nik_tail
    FROM first f JOIN members_person p ON p.id = f.person_id
), changed AS (
    UPDATE members_person p
    SET full_name = w.full_name, village_id = w.village_id, sex = w.sex, birth_date = w.birth_date, phone = w.phone, email = w.email,
        address = w.address, nik_hash = w.nik_hash, nik = w.nik, nik_tail = w.nik_tail, updated_at = %(now)s
    FROM wanted w
    WHERE p.id = w.id AND (p.full_name, p.village_id, p.sex, p.birth_date, p.phone, p.email, p.address, p.nik_hash)
        IS DISTINCT FROM (w.full_name, w.village_id, w.sex, w.birth_date, w.phone, w.email, w.address, w.nik_hash)
    RETURNING w.row_no
)
UPDATE member_staging s SET person_changed = true FROM changed WHERE s.row_no = changed.row_no
"""
PERSONS: Final = (
    _MATCH_BY_NIK,
    _MATCH_BY_NAME,
    _ELSEWHERE,
    _NEW_IDS,
    _INSERT_PERSONS,
    _LOST_THE_RACE,
    _UPDATE_PERSONS,
)

_MATCH_BUSINESSES = """
UPDATE member_staging s SET business_id = found.id
FROM (
    SELECT t.row_no, min(b.id) AS id FROM member_staging t
    JOIN members_business b ON b.owner_id = t.person_id AND lower(b.name) = lower(t.b_name)
    WHERE t.b_name <> '' AND NOT t.elsewhere GROUP BY t.row_no
) found
WHERE s.row_no = found.row_no
"""
_INSERT_BUSINESSES = """
WITH made AS (
    UPDATE member_staging SET business_id = nextval(pg_get_serial_sequence('members_business', 'id')), business_new = true
    WHERE b_name <> '' AND business_id IS NULL AND NOT elsewhere RETURNING *
)
INSERT INTO members_business (
    id, uid, created_at, updated_at, owner_id, name, village_id, address, kbli_id, product, capital, annual_sales, workers,
    scale, scale_basis, started_year, status, source, registered_at
)
SELECT business_id, gen_random_uuid(), %(now)s, %(now)s, person_id, b_name, village_id, b_address, kbli_id, product, capital,
    annual_sales, workers, scale, scale_basis, started_year, 'ACTIVE', %(source)s, %(now)s
FROM made
"""
_INSERT_PERIODS = """
INSERT INTO members_statusperiod (uid, created_at, updated_at, business_id, status, reason, source, start_at, recorded_by_id)
SELECT gen_random_uuid(), %(now)s, %(now)s, business_id, 'ACTIVE', '', %(source)s, %(now)s, %(by)s
FROM member_staging WHERE business_new
"""
# A scale that a source gave never replaces one derived from figures; sales weigh more than capital.
_UPDATE_BUSINESSES = """
WITH wanted AS (
    SELECT b.id, s.row_no, s.b_name AS name, coalesce(nullif(s.b_address, ''), b.address) AS address,
        coalesce(s.kbli_id, b.kbli_id) AS kbli_id, coalesce(nullif(s.product, ''), b.product) AS product,
        coalesce(s.capital, b.capital) AS capital, coalesce(s.annual_sales, b.annual_sales) AS annual_sales,
        coalesce(s.workers, b.workers) AS workers, coalesce(s.started_year, b.started_year) AS started_year,
        CASE WHEN keeps THEN b.scale ELSE s.scale END AS scale, CASE WHEN keeps THEN b.scale_basis ELSE s.scale_basis END AS scale_basis
    FROM member_staging s JOIN members_business b ON b.id = s.business_id
    CROSS JOIN LATERAL (SELECT
        (s.scale_basis = 'SOURCE' AND (b.capital IS NOT NULL OR b.annual_sales IS NOT NULL))
        OR (s.scale_basis = 'CAPITAL' AND b.scale_basis = 'SALES' AND s.annual_sales IS NULL) AS keeps) k
    WHERE NOT s.business_new
), changed AS (
    UPDATE members_business b
    SET name = w.name, address = w.address, kbli_id = w.kbli_id, product = w.product, capital = w.capital,
        annual_sales = w.annual_sales, workers = w.workers, started_year = w.started_year, scale = w.scale,
        scale_basis = w.scale_basis, updated_at = %(now)s
    FROM wanted w
    WHERE b.id = w.id AND (b.name, b.address, b.kbli_id, b.product, b.capital, b.annual_sales, b.workers, b.started_year, b.scale,
        b.scale_basis) IS DISTINCT FROM (w.name, w.address, w.kbli_id, w.product, w.capital, w.annual_sales, w.workers,
        w.started_year, w.scale, w.scale_basis)
    RETURNING w.row_no
)
UPDATE member_staging s SET business_changed = true FROM changed WHERE s.row_no = changed.row_no
"""
BUSINESSES: Final = (_MATCH_BUSINESSES, _INSERT_BUSINESSES, _INSERT_PERIODS, _UPDATE_BUSINESSES)

_NIB_TAKEN = """
WITH taken AS (
    DELETE FROM licence_staging l USING member_staging s, members_licence o
    WHERE l.row_no = s.row_no AND l.kind = 'NIB' AND o.kind = 'NIB' AND o.number = l.number AND l.number <> ''
        AND o.business_id IS DISTINCT FROM s.business_id
    RETURNING l.row_no
)
UPDATE member_staging s SET nib_taken = true FROM taken WHERE s.row_no = taken.row_no
"""
# A number on paper replaces what is known; `in process` moves on only from nothing or a wish.
_MERGE_LICENCES = """
WITH changed AS (
    INSERT INTO members_licence AS old (uid, created_at, updated_at, business_id, kind, status, number)
    SELECT gen_random_uuid(), %(now)s, %(now)s, s.business_id, l.kind, l.status, l.number
    FROM licence_staging l JOIN member_staging s ON s.row_no = l.row_no WHERE s.business_id IS NOT NULL
    ON CONFLICT (business_id, kind) DO UPDATE SET status = excluded.status, number = excluded.number, updated_at = excluded.updated_at
    WHERE (excluded.status = 'HELD' AND (old.status <> 'HELD' OR old.number <> excluded.number))
       OR (excluded.status = 'IN_PROCESS' AND old.status IN ('NONE', 'WANTED'))
    RETURNING business_id
)
UPDATE member_staging s SET licence_changed = true FROM changed WHERE s.business_id = changed.business_id
"""
LICENCES: Final = (_NIB_TAKEN, _MERGE_LICENCES)

_AUDIT_PERSONS = """
INSERT INTO audit_event (at, verb, actor_id, object_kind, object_id, object_label, region_code, request_id, data)
SELECT %(now)s, CASE WHEN bool_or(person_new) THEN 'person.registered' ELSE 'person.changed' END, %(by)s, 'members.person', person_id,
    min(full_name), min(village_id), '', jsonb_build_object('source', %(source)s::text)
FROM member_staging WHERE person_new OR person_changed GROUP BY person_id
"""
_AUDIT_BUSINESSES = """
INSERT INTO audit_event (at, verb, actor_id, object_kind, object_id, object_label, region_code, request_id, data)
SELECT %(now)s, CASE WHEN business_new THEN 'business.added' ELSE 'business.changed' END, %(by)s, 'members.business', business_id,
    b_name, village_id, '', jsonb_build_object('source', %(source)s::text)
FROM member_staging WHERE business_new OR business_changed OR licence_changed
"""
AUDIT: Final = (_AUDIT_PERSONS, _AUDIT_BUSINESSES)

OUTCOME: Final = """
SELECT row_no, elsewhere, person_new OR business_new, person_changed OR business_changed OR licence_changed, nib_taken
FROM member_staging
"""
