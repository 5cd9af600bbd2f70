"""What an office says of itself is the office's own to change, and is printed on what comes after."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from foundation.accounts.actions import offices
from foundation.accounts.roles import Role
from foundation.audit.models import Event
from foundation.common import clock
from foundation.regions.models import Office
from members.actions.letters import number
from tests.factories.foundation import office, user_with_role

pytestmark = pytest.mark.django_db
LIST = "/kantor/regions/office/"
TYPED = {"name": "Dinas Koperasi", "short_name": "Dinkop", "head_name": "Dra. Ratih", "letter_filing_code": "500.4"}


def test_staff_write_down_who_leads_the_office_and_how_letters_are_numbered(client: Client) -> None:
    mine, other = office("16.71"), office("32.04")
    Office.objects.filter(pk=mine.pk).update(preferences={"seeded": True})
    client.force_login(user_with_role(Role.STAFF, "16.71"))
    page = client.get(LIST).text
    assert str(mine.uid) in page
    assert str(other.uid) not in page
    assert client.post(f"{LIST}{mine.uid}/deed/ubah/", TYPED).status_code == 302
    mine.refresh_from_db()
    assert (mine.head_name, mine.preferences) == ("Dra. Ratih", {"seeded": True, "letter_filing_code": "500.4"})
    assert number(mine, 7, 2026) == "500.4/7/Diskop-UKM/2026"
    assert "500.4" in client.get(f"{LIST}{mine.uid}/change/").text
    event: Any = Event.objects.get(verb="office.changed")
    assert {"head_name", "letter_filing_code"} <= set(event.data["fields"])
    assert client.post(f"{LIST}{other.uid}/deed/ubah/", TYPED).status_code == 404
    wrong = client.post(f"{LIST}{mine.uid}/deed/ubah/", {**TYPED, "letter_filing_code": "500/4"})
    assert wrong.status_code == 200


def test_the_auditor_reads_and_changes_nothing(client: Client) -> None:
    mine = office("16.71")
    client.force_login(user_with_role(Role.AUDITOR, "16.71"))
    assert client.get(f"{LIST}{mine.uid}/change/").status_code == 200
    assert client.post(f"{LIST}{mine.uid}/deed/ubah/", TYPED).status_code == 403


def test_the_same_again_changes_nothing_and_a_name_is_needed() -> None:
    mine, now = office("16.71"), clock.now()
    entry = offices.entry_of(mine)
    offices.change(office=mine, entry=entry, by=None, now=now)
    assert not Event.objects.filter(verb="office.changed").exists()
    for name in ("name", "short_name"):
        with pytest.raises(offices.NameMissing) as refusal:
            offices.change(office=mine, entry=replace(entry, **{name: " "}), by=None, now=now)
        assert refusal.value.field == name
