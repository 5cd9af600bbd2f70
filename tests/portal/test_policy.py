"""What pages may load and run: strict for the portal, wider for the office face alone."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from foundation.accounts.roles import Role
from tests.factories.foundation import office, user_with_role

pytestmark = pytest.mark.django_db

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
INLINE = (
    re.compile(r"<style\b"),
    re.compile(r"\sstyle\s*="),
    re.compile(r"<script(?![^>]*\bsrc=)[^>]*>"),
    re.compile(r"\son[a-z]+\s*=\s*[\"']"),
    re.compile(r"javascript:"),
)
FOREIGN = re.compile(r"(?:src|href)=[\"']https?://(?!wa\.me)")


def test_portal_allows_nothing_inline_and_nothing_from_elsewhere(client: Client) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_error_pages_carry_the_strict_policy(client: Client) -> None:
    answer = client.get("/tidak-ada/")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_office_face_may_evaluate_for_its_menus_but_runs_nothing_inline(client: Client) -> None:
    office("16.71")
    client.force_login(user_with_role(Role.STAFF, "16.71", email="staf@contoh.id"))
    policy = client.get("/kantor/").headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "'unsafe-eval'" in scripts
    assert "'unsafe-inline'" not in scripts


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_templates_hold_no_inline_style_or_script_and_load_nothing_foreign(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [match[0] for pattern in (*INLINE, FOREIGN) for match in pattern.finditer(text)]
    assert not found
