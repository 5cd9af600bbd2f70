"""Operations of a migration share one drawing of the models where that changes nothing."""

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from foundation.common.together import Together, together

MAKE = migrations.CreateModel("Loan", [("id", models.BigAutoField(primary_key=True))])
GROW = migrations.AddField("Loan", "amount", models.BigIntegerField(default=0))
BOUND = migrations.AddConstraint(
    "Loan", models.CheckConstraint(condition=models.Q(amount__gt=0), name="loan_amount_positive")
)
ALTER = migrations.AlterField("Loan", "amount", models.IntegerField(default=0))
OTHER = migrations.AddField("Pool", "amount", models.BigIntegerField(default=0))
SQL = migrations.RunSQL("SELECT 1", "")


def _groups(*each: Operation) -> list[list[Operation]]:
    return [[*one.each] if isinstance(one, Together) else [one] for one in together(each)]


def test_neighbours_share_one_drawing() -> None:
    assert _groups(GROW, BOUND, OTHER) == [[GROW, BOUND, OTHER]]


def test_a_table_is_not_made_with_what_is_added_to_it_afterwards() -> None:
    assert _groups(MAKE, OTHER, GROW) == [[MAKE, OTHER], [GROW]]


def test_a_field_that_changes_twice_is_seen_in_between() -> None:
    assert _groups(GROW, ALTER) == [[GROW], [ALTER]]


def test_sql_sees_the_models_of_its_moment() -> None:
    assert _groups(GROW, SQL, BOUND, OTHER) == [[GROW], [SQL], [BOUND, OTHER]]
