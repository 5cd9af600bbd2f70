"""Habits of the templates."""

import re
from pathlib import Path

import pytest

from tests.structure.sources import BASE, files, name

TEMPLATES = [path for path in files(".html") if path.is_relative_to(BASE / "templates")]
INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|javascript:")


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_no_style_and_no_script_stands_inside_a_page(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert INLINE.findall(text) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_blocks_of_text_are_trimmed(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    loose = [tag for tag in re.findall(r"\{% blocktranslate[^%]*%\}\s*\n", text) if "trimmed" not in tag]
    assert loose == []
