"""The program that opens a spreadsheet is ended when it computes for too long or says nothing; a slow taker is no reason."""

import time
from pathlib import Path

import pytest

from members.importing import reading
from members.importing.reading import UnreadableFile

SAY = "import marshal, struct, sys, time\ndef say(value):\n    body = marshal.dumps(value)\n    sys.stdout.buffer.write(struct.pack('>I', len(body)) + body)\n    sys.stdout.buffer.flush()\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file, and half a second of patience."""
    monkeypatch.setattr(reading, "SECONDS", 0.5)
    monkeypatch.setattr(reading, "READER", tmp_path / "reader.py")
    return tmp_path / "reader.py"


def test_a_reader_that_says_nothing_is_ended(file: Path) -> None:
    file.write_text(SAY + "say([['Nama']])\ntime.sleep(60)\n")
    begun = time.monotonic()
    with pytest.raises(UnreadableFile, match="terlalu lama"):
        list(reading.lines(file, "UMKM"))
    assert time.monotonic() - begun < 10


def test_who_takes_the_lines_may_be_slower_than_the_limit(file: Path) -> None:
    file.write_text(SAY + "for n in range(3):\n    say([[n]])\nsay([])\n")
    taken = []
    for line in reading.lines(file, "UMKM"):
        time.sleep(0.3)
        taken.append(line)
    assert taken == [[0], [1], [2]]


def test_a_reader_that_only_computes_meets_its_own_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = tmp_path / "reader.py"
    reader.write_text("import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True:\n    pass\n")
    monkeypatch.setattr(reading, "READER", reader)
    with pytest.raises(UnreadableFile, match="terlalu lama"):
        list(reading.lines(reader, "UMKM"))
