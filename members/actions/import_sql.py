"""The statements of `imports`, in the order in which they run. `{rows}` is the staging table of one import.

What is known of each row (whose it is, whether it is new) stands in a narrow table beside it, so that the wide one is
written once and never changed.
"""

from typing import Final

COLUMNS: Final = (
    "row_no, ident, nik, nik_hash, nik_tail, full_name, sex, birth_date, phone, email, village_id, address, b_name, b_address,"
    " kbli_id, product, capital, annual_sales, workers, started_year, scale, scale_basis, licences"
)
STAGING: Final = """(
    row_no integer, ident text, nik text, nik_hash text, nik_tail text, full_name text, sex text, birth_date date, phone text,
    email text, village_id text COLLATE "C", address text, b_name text, b_address text, kbli_id bigint, product text,
    capital bigint, annual_sales bigint, workers integer, started_year integer, scale text, scale_basis text, licences text
)"""

# Whose row is it? By NIK; without one, or where the register has none yet, by name, phone and village. Rows of one
# owner go the same way; of two owners who would claim one record, the first has it.
MATCH: Final = """
CREATE TEMP TABLE import_match ON COMMIT DROP AS
WITH owners AS MATERIALIZED (
    SELECT DISTINCT ON (ident) ident, row_no, nik_hash FROM {rows} ORDER BY ident, row_no
), by_nik AS (
    SELECT o.ident, p.id, left(p.village_id, 5) <> %(office)s AS elsewhere
    FROM owners o JOIN members_person p ON p.nik_hash = o.nik_hash
), by_name AS (
    SELECT DISTINCT ON (s.ident) s.ident, p.id, s.row_no, s.nik_hash FROM {rows} s
    JOIN members_person p ON p.phone = s.phone AND lower(p.full_name) = lower(s.full_name) AND p.village_id = s.village_id
    WHERE s.phone <> '' AND (s.nik_hash = '' OR p.nik_hash IS NULL) ORDER BY s.ident, p.id
), once AS (
    SELECT DISTINCT ON (id) ident, id FROM by_name
    WHERE ident NOT IN (SELECT ident FROM by_nik) AND id NOT IN (SELECT id FROM by_nik) ORDER BY id, row_no
), known AS (
    SELECT ident, id, elsewhere FROM by_nik UNION ALL SELECT ident, id, false FROM once
), named AS (
    SELECT o.ident, coalesce(k.id, CASE WHEN %(commit)s THEN nextval(pg_get_serial_sequence('members_person', 'id'))
            ELSE - o.row_no END) AS id,
        k.id IS NULL AS new, coalesce(k.elsewhere, false) AS elsewhere
    FROM owners o LEFT JOIN known k ON k.ident = o.ident
)
SELECT s.row_no, n.id AS person_id, n.new AS person_new, n.elsewhere, row_number() OVER (PARTITION BY s.ident ORDER BY s.row_no) = 1
        AS first, false AS person_changed, NULL::bigint AS business_id, false AS business_new, false AS business_changed,
    false AS licence_changed, false AS nib_taken
FROM {rows} s JOIN named n ON n.ident = s.ident
"""
INSERT_PERSONS: Final = """
INSERT INTO members_person (
    id, uid, created_at, updated_at, full_name, nik, nik_hash, nik_tail, sex, birth_date, phone, email, village_id, address,
    source, registered_at, registered_by_id
)
SELECT m.person_id, gen_random_uuid(), %(now)s, %(now)s, s.full_name, s.nik, nullif(s.nik_hash, ''), s.nik_tail, s.sex,
    s.birth_date, s.phone, s.email, s.village_id, s.address, %(source)s, %(now)s, %(by)s
FROM import_match m JOIN {rows} s ON s.row_no = m.row_no WHERE m.person_new AND m.first
ON CONFLICT ON CONSTRAINT person_nik_once DO NOTHING
"""
# Somebody registered the same NIK between the match and the insert: hers is the record.
LOST_THE_RACE: Final = """
UPDATE import_match m SET person_id = p.id, person_new = false, elsewhere = left(p.village_id, 5) <> %(office)s
FROM {rows} s JOIN members_person p ON p.nik_hash = s.nik_hash
WHERE s.row_no = m.row_no AND m.person_new AND p.id <> m.person_id
"""
_PERSONS_TO_CHANGE: Final = """
WITH wanted AS (
    SELECT p.id, m.row_no, s.full_name, s.village_id,
        coalesce(nullif(s.sex, ''), p.sex) AS sex, coalesce(s.birth_date, p.birth_date) AS birth_date,
        CASE WHEN p.user_id IS NULL THEN coalesce(nullif(s.phone, ''), p.phone) ELSE p.phone END AS phone,
        CASE WHEN p.user_id IS NULL THEN coalesce(nullif(s.email, ''), p.email) ELSE p.email END AS email,
        coalesce(nullif(s.address, ''), p.address) AS address,
        CASE WHEN p.nik_hash IS NULL THEN nullif(s.nik_hash, '') ELSE p.nik_hash END AS nik_hash,
        CASE WHEN p.nik_hash IS NULL THEN s.nik ELSE p.nik END AS nik,
        CASE WHEN p.nik_hash IS NULL THEN s.nik_tail ELSE p.nik_tail END AS nik_tail
    FROM import_match m JOIN {rows} s ON s.row_no = m.row_no JOIN members_person p ON p.id = m.person_id
    WHERE m.first AND NOT m.person_new AND NOT m.elsewhere
), differing AS (
    SELECT w.* FROM wanted w JOIN members_person p ON p.id = w.id
    WHERE (p.full_name, p.village_id, p.sex, p.birth_date, p.phone, p.email, p.address, p.nik_hash)
        IS DISTINCT FROM (w.full_name, w.village_id, w.sex, w.birth_date, w.phone, w.email, w.address, w.nik_hash)
)
"""
COMPARE_PERSONS: Final = (
    _PERSONS_TO_CHANGE + "UPDATE import_match m SET person_changed = true FROM differing d WHERE m.row_no = d.row_no"
)
UPDATE_PERSONS: Final = (
    _PERSONS_TO_CHANGE
    + """, changed AS (
    UPDATE members_person p
    SET full_name = d.full_name, village_id = d.village_id, sex = d.sex, birth_date = d.birth_date, phone = d.phone, email = d.email,
        address = d.address, nik_hash = d.nik_hash, nik = d.nik, nik_tail = d.nik_tail, updated_at = %(now)s
    FROM differing d WHERE p.id = d.id RETURNING d.row_no
)
UPDATE import_match m SET person_changed = true FROM changed c WHERE m.row_no = c.row_no
"""
)

MATCH_BUSINESSES: Final = """
WITH found AS (
    SELECT m.row_no, min(b.id) AS id FROM import_match m
    JOIN {rows} s ON s.row_no = m.row_no
    LEFT JOIN members_business b ON b.owner_id = m.person_id AND lower(b.name) = lower(s.b_name)
    WHERE s.b_name <> '' AND NOT m.elsewhere GROUP BY m.row_no
)
UPDATE import_match m SET business_new = found.id IS NULL,
    business_id = coalesce(found.id, CASE WHEN %(commit)s THEN nextval(pg_get_serial_sequence('members_business', 'id')) ELSE - m.row_no END)
FROM found WHERE m.row_no = found.row_no
"""
INSERT_BUSINESSES: Final = """
INSERT INTO members_business (
    id, uid, created_at, updated_at, owner_id, name, village_id, address, kbli_id, product, capital, annual_sales, workers,
    scale, scale_basis, started_year, status, source, registered_at
)
SELECT m.business_id, gen_random_uuid(), %(now)s, %(now)s, m.person_id, s.b_name, s.village_id, s.b_address, s.kbli_id, s.product,
    s.capital, s.annual_sales, s.workers, s.scale, s.scale_basis, s.started_year, 'ACTIVE', %(source)s, %(now)s
FROM import_match m JOIN {rows} s ON s.row_no = m.row_no WHERE m.business_new
"""
INSERT_PERIODS: Final = """
INSERT INTO members_statusperiod (uid, created_at, updated_at, business_id, status, reason, source, start_at, recorded_by_id)
SELECT gen_random_uuid(), %(now)s, %(now)s, business_id, 'ACTIVE', '', %(source)s, %(now)s, %(by)s
FROM import_match WHERE business_new
"""
# The checks of the foreign keys at the end are planned by what is known of these tables: where an import was taken back and
# cleaned up, that is "no rows", and each check would read a whole index.
COUNT_ANEW: Final = "ANALYZE members_person (id), members_business (id)"
# A scale that a source gave never replaces one derived from figures; sales weigh more than capital.
_BUSINESSES_TO_CHANGE: Final = """
WITH wanted AS (
    SELECT b.id, s.row_no, s.b_name AS name, coalesce(nullif(s.b_address, ''), b.address) AS address,
        coalesce(s.kbli_id, b.kbli_id) AS kbli_id, coalesce(nullif(s.product, ''), b.product) AS product,
        coalesce(s.capital, b.capital) AS capital, coalesce(s.annual_sales, b.annual_sales) AS annual_sales,
        coalesce(s.workers, b.workers) AS workers, coalesce(s.started_year, b.started_year) AS started_year,
        CASE WHEN keeps THEN b.scale ELSE s.scale END AS scale, CASE WHEN keeps THEN b.scale_basis ELSE s.scale_basis END AS scale_basis
    FROM import_match m JOIN {rows} s ON s.row_no = m.row_no JOIN members_business b ON b.id = m.business_id
    CROSS JOIN LATERAL (SELECT
        (s.scale_basis = 'SOURCE' AND (b.capital IS NOT NULL OR b.annual_sales IS NOT NULL))
        OR (s.scale_basis = 'CAPITAL' AND b.scale_basis = 'SALES' AND s.annual_sales IS NULL) AS keeps) k
    WHERE NOT m.business_new
), differing AS (
    SELECT w.* FROM wanted w JOIN members_business b ON b.id = w.id
    WHERE (b.name, b.address, b.kbli_id, b.product, b.capital, b.annual_sales, b.workers, b.started_year, b.scale, b.scale_basis)
        IS DISTINCT FROM (w.name, w.address, w.kbli_id, w.product, w.capital, w.annual_sales, w.workers, w.started_year, w.scale,
        w.scale_basis)
)
"""
COMPARE_BUSINESSES: Final = (
    _BUSINESSES_TO_CHANGE
    + "UPDATE import_match m SET business_changed = true FROM differing d WHERE m.row_no = d.row_no"
)
UPDATE_BUSINESSES: Final = (
    _BUSINESSES_TO_CHANGE
    + """, changed AS (
    UPDATE members_business b
    SET name = d.name, address = d.address, kbli_id = d.kbli_id, product = d.product, capital = d.capital,
        annual_sales = d.annual_sales, workers = d.workers, started_year = d.started_year, scale = d.scale,
        scale_basis = d.scale_basis, updated_at = %(now)s
    FROM differing d WHERE b.id = d.id RETURNING d.row_no
)
UPDATE import_match m SET business_changed = true FROM changed c WHERE m.row_no = c.row_no
"""
)

LICENCES: Final = """
CREATE TEMP TABLE import_licence ON COMMIT DROP AS
SELECT m.row_no, m.business_id, split_part(l, ',', 1) AS kind, split_part(l, ',', 2) AS status, split_part(l, ',', 3) AS number
FROM {rows} s JOIN import_match m ON m.row_no = s.row_no CROSS JOIN LATERAL unnest(string_to_array(s.licences, '|')) l
WHERE s.licences <> '' AND m.business_id IS NOT NULL
"""
NIB_TAKEN: Final = """
WITH taken AS (
    DELETE FROM import_licence l USING members_licence o
    WHERE l.kind = 'NIB' AND o.kind = 'NIB' AND o.number = l.number AND l.number <> '' AND o.business_id <> l.business_id
    RETURNING l.row_no
)
UPDATE import_match m SET nib_taken = true FROM taken WHERE m.row_no = taken.row_no
"""
_MOVES_ON: Final = """(n.status = 'HELD' AND (old.status <> 'HELD' OR old.number <> n.number))
       OR (n.status = 'IN_PROCESS' AND old.status IN ('NONE', 'WANTED'))"""
COMPARE_LICENCES: Final = f"""
UPDATE import_match m SET licence_changed = true FROM import_licence n
LEFT JOIN members_licence old ON old.business_id = n.business_id AND old.kind = n.kind
WHERE m.business_id = n.business_id AND (old.id IS NULL OR {_MOVES_ON})
"""
# A number on paper replaces what is known; `in process` moves on only from nothing or a wish.
MERGE_LICENCES: Final = """
WITH changed AS (
    INSERT INTO members_licence AS old (uid, created_at, updated_at, business_id, kind, status, number)
    SELECT gen_random_uuid(), %(now)s, %(now)s, business_id, kind, status, number FROM import_licence
    ON CONFLICT (business_id, kind) DO UPDATE SET status = excluded.status, number = excluded.number, updated_at = excluded.updated_at
    WHERE (excluded.status = 'HELD' AND (old.status <> 'HELD' OR old.number <> excluded.number))
       OR (excluded.status = 'IN_PROCESS' AND old.status IN ('NONE', 'WANTED'))
    RETURNING business_id
)
UPDATE import_match m SET licence_changed = true FROM changed WHERE m.business_id = changed.business_id
"""

AUDIT_PERSONS: Final = """
INSERT INTO audit_event (at, verb, actor_id, object_kind, object_id, object_label, region_code, request_id, data)
SELECT %(now)s, CASE WHEN m.person_new THEN 'person.registered' ELSE 'person.changed' END, %(by)s, 'members.person', m.person_id,
    s.full_name, s.village_id, '', %(data)s::jsonb
FROM import_match m JOIN {rows} s ON s.row_no = m.row_no WHERE m.first AND (m.person_new OR m.person_changed)
"""
AUDIT_BUSINESSES: Final = """
INSERT INTO audit_event (at, verb, actor_id, object_kind, object_id, object_label, region_code, request_id, data)
SELECT %(now)s, CASE WHEN m.business_new THEN 'business.added' ELSE 'business.changed' END, %(by)s, 'members.business', m.business_id,
    s.b_name, s.village_id, '', %(data)s::jsonb
FROM import_match m JOIN {rows} s ON s.row_no = m.row_no WHERE m.business_new OR m.business_changed OR m.licence_changed
"""
OUTCOME: Final = """
SELECT count(*) FILTER (WHERE elsewhere),
    count(*) FILTER (WHERE NOT elsewhere AND (person_new AND first OR business_new)),
    count(*) FILTER (WHERE NOT elsewhere AND NOT (person_new AND first OR business_new)
        AND (person_changed OR business_changed OR licence_changed)),
    count(*)
FROM import_match
"""
TOLD: Final = "SELECT row_no, elsewhere, nib_taken FROM import_match WHERE elsewhere OR nib_taken ORDER BY row_no"

CHECK: Final = (MATCH, COMPARE_PERSONS, MATCH_BUSINESSES, COMPARE_BUSINESSES, LICENCES, NIB_TAKEN, COMPARE_LICENCES)
MERGE: Final = (
    MATCH,
    INSERT_PERSONS,
    LOST_THE_RACE,
    UPDATE_PERSONS,
    MATCH_BUSINESSES,
    INSERT_BUSINESSES,
    INSERT_PERIODS,
    UPDATE_BUSINESSES,
    LICENCES,
    NIB_TAKEN,
    MERGE_LICENCES,
    AUDIT_PERSONS,
    AUDIT_BUSINESSES,
)
