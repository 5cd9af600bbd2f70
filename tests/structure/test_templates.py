"""Habits of the templates."""

import re
from pathlib import Path

import pytest

from tests.structure.sources import BASE, files, name

TEMPLATES = [path for path in files(".html") if path.is_relative_to(BASE / "templates")]
INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|javascript:")
BUTTON = re.compile(r"<button\b[^>]*>")
DRAWN = re.compile(r'class="(btn|stretch|foot__lang|side__switch)\b')  # those whose look components.css knows
UNFOLD = BASE / "templates/admin/base.html"  # its menu draws its buttons by where they stand


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_no_style_and_no_script_stands_inside_a_page(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert INLINE.findall(text) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_blocks_of_text_are_trimmed(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    loose = [tag for tag in re.findall(r"\{% blocktranslate[^%]*%\}\s*\n", text) if "trimmed" not in tag]
    assert loose == []


def test_no_button_looks_as_the_browser_draws_it() -> None:
    bare = {
        name(path): [tag for tag in BUTTON.findall(path.read_text(encoding="utf-8")) if not DRAWN.search(tag)]
        for path in TEMPLATES
        if path != UNFOLD
    }
    assert {path: tags for path, tags in bare.items() if tags} == {}
