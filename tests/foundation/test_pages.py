"""Lists paged by key show every row once."""

import pytest

from foundation.common.pages import page
from members.models import Business
from tests.factories.members import BusinessFactory, PersonFactory

pytestmark = pytest.mark.django_db
ORDER = ["name", "-id"]


def test_all_pages_together_are_the_list() -> None:
    owner = PersonFactory()
    rows = [BusinessFactory(name=name, owner=owner) for name in ("b", "a", "b", "c", "a", "b", "b")]
    wanted = [row.pk for row in sorted(rows, key=lambda row: (row.name, -row.pk))]
    seen, cursor = [], ""
    for _turn in range(4):
        found = page(Business.objects.all(), order=ORDER, cursor=cursor, size=2)
        seen += [row.pk for row in found.rows]
        cursor = found.next
    assert seen == wanted
    assert cursor == ""


def test_a_cursor_that_was_tampered_with_shows_the_first_page() -> None:
    BusinessFactory()
    assert page(Business.objects.all(), order=ORDER, cursor="forged", size=2).first
