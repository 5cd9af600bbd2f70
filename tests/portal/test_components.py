"""Each component renders with what it must have and nothing more; the guard refuses undefined variables."""

from typing import Any

import pytest
from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory

from foundation.common import charts
from foundation.common.pages import Page
from msme_platform.portal.actions import NextAction


class OneField(forms.Form):
    name = forms.CharField(label="Nama")


BARS = charts.bars(title="T", x_label="K", parts=["a"], rows=[("satu", [1])])
LEAST: list[tuple[str, dict[str, Any]]] = [
    ("page_head", {"title": "Judul"}),
    ("pill", {"text": "Lunas", "state": ""}),
    ("note", {"text": "Keterangan"}),
    ("date", {"value": None, "state": ""}),
    ("next_action", {"action": NextAction(None, "T", "", None, "", "")}),
    ("row", {"title": "Baris"}),
    ("stepper", {"steps": [("Satu", "now")]}),
    ("ladder", {"tiers": [{"amount": 2_000_000, "name": "Tahap 1", "state": "", "note": ""}]}),
    ("meter", {"value": 1, "max": 10, "label": "Angsuran"}),
    ("figures", {"figures": [{"label": "A", "value": "1", "note": ""}]}),
    ("facts", {"facts": [("A", "1")]}),
    ("chips", {"chips": [{"label": "A", "url": "#"}], "label": "Saring"}),
    ("field", {"field": OneField()["name"]}),
    ("fields", {"form": OneField()}),
    ("error_summary", {"form": OneField({})}),
    ("refusal", {"text": "Tidak bisa"}),
    ("person", {"name": "Rizky Maulana", "role": "Pendamping"}),
    ("person", {"name": "Rizky Maulana", "role": "Pendamping", "phone": "+6281200001234"}),
    ("post", {"author": "Yani", "meta": "Kemarin", "text": "Halo"}),
    ("empty", {"title": "Kosong", "text": "Nanti"}),
    ("toast", {"text": "Disimpan"}),
    ("offline", {}),
    ("confirm", {"title": "Yakin?", "verb": "Hapus", "action": "/", "back_url": "/"}),
    ("confirm_link", {"url": "/", "verb": "Hapus"}),
    ("qr", {"data": "A", "label": "Kode QR"}),
    ("chart_bars", {"chart": BARS}),
    ("chart_lines", {"chart": charts.lines(title="T", x_label="B", xs=[0, 1], series=[("a", [100, 90])])}),
    ("chart_share", {"chart": charts.shares(title="T", rows=[("a", 1, "daun")])}),
    ("chart_targets", {"chart": charts.targets(title="T", x_label="K", rows=[("a", 1, 2)])}),
]


@pytest.mark.parametrize(("name", "least"), LEAST, ids=[name for name, _least in LEAST])
def test_component_needs_no_more_than_this(name: str, least: dict[str, Any]) -> None:
    assert render_to_string(f"components/{name}.html", least).strip()


def test_pager_keeps_the_filters() -> None:
    request = RequestFactory().get("/?status=open&cursor=lama")
    html = render_to_string("components/pager.html", {"page": Page(rows=[], next="baru", first=False)}, request)
    assert 'href="?status=open&amp;cursor=baru"' in html
    assert 'href="?status=open"' in html


def test_pager_is_silent_where_all_fits_on_one_page() -> None:
    request = RequestFactory().get("/")
    assert not render_to_string("components/pager.html", {"page": Page(rows=[], next="", first=True)}, request).strip()
