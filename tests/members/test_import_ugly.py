"""Spreadsheets as offices really send them: every kind is read, and every row is counted once."""

import datetime as dt
from pathlib import Path

import pytest

from foundation.regions.models import Office
from members.importing.run import import_file
from members.models import Person
from tests.factories.foundation import office, region
from tests.members.spreadsheets import UGLY, Ugly

NOW = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def palembang(db: None) -> Office:
    region("16.71.04.1001")
    region("16.71.14.1001")
    return office("16.71")


@pytest.mark.ci
@pytest.mark.parametrize("ugly", UGLY, ids=lambda ugly: ugly.name)
def test_every_kind_of_spreadsheet_is_read(palembang: Office, tmp_path: Path, ugly: Ugly) -> None:
    path = ugly.write(tmp_path)
    dry = import_file(path=path, office=palembang, by=None, now=NOW, commit=False)
    assert (dry.inserted, dry.refused, dry.without_nik) == (ugly.new, ugly.refused, ugly.without_nik)
    assert dry.skipped == ugly.skipped
    assert sum(1 for faults in dry.faults.values() if not any(f.refuses for f in faults)) == ugly.left_out
    assert dry.inserted + dry.updated + dry.unchanged + dry.refused == dry.rows
    assert not Person.objects.exists()
    done = import_file(path=path, office=palembang, by=None, now=NOW, errors=tmp_path / "perbaiki.xlsx")
    assert (done.inserted, done.refused) == (dry.inserted, dry.refused)
    assert Person.objects.count() == ugly.new
    assert (tmp_path / "perbaiki.xlsx").exists() == bool(done.faults)
    again = import_file(path=path, office=palembang, by=None, now=NOW)
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, ugly.new)


def test_there_are_kinds_enough() -> None:
    assert len({ugly.name for ugly in UGLY}) == len(UGLY) >= 15
