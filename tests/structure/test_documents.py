"""The documents tell of what is there: links, files, commands, settings."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.structure.sources import BASE, files, name

DOCUMENTS = files(".md")
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")
QUOTED = re.compile(r"`([^`\n]+)`")
ROOTS = {path.name for path in BASE.iterdir() if path.is_dir()}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = LINK.findall(document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_file_that_is_named_exists(document: Path) -> None:
    quoted = [text.rstrip("/") for text in QUOTED.findall(document.read_text(encoding="utf-8"))]
    paths = [
        text for text in quoted if re.fullmatch(r"[\w.-]+(/[\w.-]+)+", text) and text.split("/")[0] in ROOTS - {"var"}
    ]
    assert [path for path in paths if not (BASE / path).exists() and not (document.parent / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_command_that_is_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (BASE / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", text)) - targets == set()
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) - set(get_commands()) == set()


def test_every_setting_of_the_environment_stands_in_the_example() -> None:
    """Those that only the demo, the tests or a container's image set are excepted."""
    settings = (BASE / "msme_platform/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'(?:env\.\w+|required)\(\s*"([A-Z_]+)"', settings))
    told = set(re.findall(r"^#?([A-Z_]+)=", (BASE / ".env.example").read_text(encoding="utf-8"), flags=re.MULTILINE))
    elsewhere = {"PORT", "STATIC_ROOT", "MEDIA_ROOT", "BEAT_SCHEDULE_FILE", "DEBUG", "CELERY_TASK_ALWAYS_EAGER"}
    assert read - told - elsewhere == set()
