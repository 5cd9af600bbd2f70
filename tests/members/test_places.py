"""Choosing a place and a line of business without a script: the new words count, not the earlier choice."""

import pytest

from members.forms.places import KbliForm, VillageForm
from members.models import Kbli
from tests.factories.foundation import region

HERE, THERE = "16.71.04.1001", "16.71.14.1001"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> None:
    region(HERE)
    region(THERE)


def test_another_name_without_a_script_unpicks_the_earlier_village() -> None:
    there = region(THERE)
    form = VillageForm({"village_q": there.name, "village": HERE})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["village"] == THERE


def test_a_village_that_the_words_still_mean_stays_picked() -> None:
    form = VillageForm({"village_q": region(HERE).name.lower(), "village": HERE})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["village"] == HERE
    assert form.matches == [(HERE, form.matches[0][1])]


def test_an_unknown_name_is_asked_back_and_the_earlier_village_is_not_taken() -> None:
    form = VillageForm({"village_q": "tidak ada di sini", "village": HERE})
    assert not form.is_valid()
    assert "village_q" in form.errors
    assert form.matches == []


def test_other_words_unpick_the_earlier_line_of_business() -> None:
    old, new = (
        Kbli.objects.get(code="10794", edition=2020),
        Kbli.objects.filter(code__startswith="14").order_by("pk")[0],
    )
    assert KbliForm({"kbli_q": "keripik", "kbli": str(old.pk)}).is_valid()
    form = KbliForm({"kbli_q": new.title, "kbli": str(old.pk)})
    form.is_valid()
    assert form.cleaned_data.get("kbli") != str(old.pk)
    assert str(old.pk) not in dict(form.lines)
    kept = KbliForm({"kbli_q": "", "kbli": str(old.pk)})
    assert kept.is_valid()
    assert kept.cleaned_data["kbli"] == str(old.pk)
