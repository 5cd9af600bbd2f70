"""Chapter 6: the office's desk shows what happened, and every figure opens the list behind it."""

import json
from io import StringIO

from django.core.management import call_command

from tests.e2e.chapters.cast import Cast, see


def figure(name: str) -> dict[str, list[dict[str, object]]]:
    """What `manage.py figures` prints: the same function as the desk's."""
    out = StringIO()
    call_command("figures", name, "--office", "16.71", "--format", "json", stdout=out)
    return json.loads(out.getvalue())


def the_figures_stand_there(cast: Cast) -> None:
    page = cast.page("hendra")
    page.goto("/kantor/")
    see(page, "Sebaran usaha per kecamatan dan skala")
    cast.picture(page, "desk")
    sizes = {row["district"]: row["total"] for row in figure("district_scale")["rows"]}
    assert sizes["Ilir Barat Satu"] == len(("Yani", "Siti", "Rahma"))
    plan = {row["source"]: row["completed"] for row in figure("trainings_plan")["rows"]}
    assert sum(plan.values()) == len(("Yani", "Rahma"))
    answered = figure("follow_up")["rows"][0]
    assert answered["part"] >= len(("Yani", "Rahma"))
    page.goto("/kantor/members/business/?district=16.71.04&scale=MICRO")
    see(page, "Pempek Bu Yani")
