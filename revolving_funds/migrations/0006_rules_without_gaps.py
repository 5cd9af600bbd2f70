"""No day without a rule, and what stood before gets the rules that were in the code: terms, scales, subsidy accounts."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

from foundation.common.together import together

# A constraint trigger at commit: the rows of one thing follow each other day by day, without overlap (that is the
# exclusion constraint's) and without a gap. The columns that name the thing are the trigger's arguments.
TABLES = {
    "revolving_funds_policy": ("office_id",),
    "revolving_funds_tier": ("office_id", "level"),
    "revolving_funds_agreementterms": ("agreement_id",),
    "revolving_funds_qualityscale": ("office_id", "scale"),
}
FUNCTION = """
CREATE FUNCTION revolving_funds_no_gap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    thing jsonb := '{}';
    this jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
    gap date;
BEGIN
    FOR i IN 0 .. TG_NARGS - 1 LOOP
        thing := thing || jsonb_build_object(TG_ARGV[i], this -> TG_ARGV[i]);
    END LOOP;
    EXECUTE format(
        'SELECT coalesce(before + 1, valid_from) FROM (SELECT valid_from, lag(valid_to) OVER (ORDER BY valid_from) AS before,
                row_number() OVER (ORDER BY valid_from) AS n FROM %I t WHERE to_jsonb(t) @> $1) q
          WHERE n > 1 AND before + 1 IS DISTINCT FROM valid_from LIMIT 1', TG_TABLE_NAME) INTO gap USING thing;
    IF gap IS NOT NULL THEN
        RAISE EXCEPTION 'no row of % holds on %', TG_TABLE_NAME, gap USING ERRCODE = '23F01';
    END IF;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE CONSTRAINT TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION revolving_funds_no_gap({columns})
"""


def name_of(table):
    return f"{table.removeprefix('revolving_funds_')}_no_gap"


FORWARD = [FUNCTION] + [
    TRIGGER.format(name=name_of(table), table=table, columns=", ".join(f"'{column}'" for column in columns))
    for table, columns in TABLES.items()
]
BACKWARD = [f"DROP TRIGGER {name_of(table)} ON {table}" for table in TABLES] + [
    "DROP FUNCTION revolving_funds_no_gap()"
]

RATES = [50, 50, 1000, 5000, 10000]
SCALES = {
    "COMMERCIAL": ([0, 90, 120, 180], [], "POJK 40/2019"),
    "RURAL": ([30, 90, 180, 360], [0, 15, 30, 60], "POJK 1/2024"),
    "OFFICE": ([0, 90, 120, 180], [], "Permendagri 73/2015"),
}


def carry_over(apps, schema_editor):
    """Rules and accounts for what exists: the values that the version before had in its code, or the defaults."""
    model = {name: apps.get_model("revolving_funds", name) for name in ("Policy", "Agreement", "Pool", "Application")}
    terms, scale = apps.get_model("revolving_funds", "AgreementTerms"), apps.get_model("revolving_funds", "QualityScale")
    account = apps.get_model("ledger", "Account")
    for agreement in model["Agreement"].objects.order_by("pk"):
        terms.objects.create(
            agreement=agreement,
            valid_from=agreement.valid_from,
            valid_to=agreement.valid_to,
            legal_basis=agreement.legal_basis,
        )
    begun = {}
    for policy in model["Policy"].objects.order_by("valid_from"):
        begun.setdefault(policy.office_id, policy)
    for policy in begun.values():
        for name, (days, matured, basis) in SCALES.items():
            scale.objects.create(
                office_id=policy.office_id,
                scale=name,
                days_upto=days,
                matured_upto=matured,
                provision_bp=RATES,
                valid_from=policy.valid_from,
                legal_basis=basis,
            )
    for pool in model["Pool"].objects.select_related("agreement__bank", "available").order_by("pk"):
        stem = pool.available.code.removesuffix("/available")
        for field, part in (("subsidy_budget", "subsidy-budget"), ("subsidy_committed", "subsidy-committed")):
            made = account.objects.create(
                book=pool.available.book, code=f"{stem}/{part}", name=pool.available.name, kind="ASSET", side=1, floor=0
            )
            setattr(pool, field, made)
        pool.save(update_fields=["subsidy_budget", "subsidy_committed"])
    until = timezone.now().date() + timedelta(days=30)
    model["Application"].objects.filter(status="APPROVED").update(reserved_until=until)


class Migration(migrations.Migration):
    dependencies = [("revolving_funds", "0005_fund_in_depth"), ("ledger", "0002_guards")]

    operations = together([
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ])
