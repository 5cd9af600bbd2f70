"""Words and shapes of the templates."""

import datetime as dt

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone

from foundation.common import charts, numbers
from foundation.common.templatetags import guyub
from foundation.common.widgets import BigChoices, MoneyField, PhotoInput


def rendered(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_money_and_numbers_read_as_indonesians_write_them() -> None:
    assert guyub.rupiah(2_000_000) == "Rp2.000.000"
    assert guyub.juta(2_000_000) == "2 juta"
    assert guyub.ribuan(45_827) == "45.827"
    assert numbers.short_rupiah(3_420_000_000) == "Rp3,42\u00a0M"
    assert numbers.percent(0.713) == "71\u00a0%"


def test_dates_carry_weekday_and_keep_day_and_month_together() -> None:
    moment = dt.datetime(2026, 11, 21, 9, tzinfo=timezone.get_default_timezone())
    assert (
        guyub.tanggal(moment.date()) == "Sabtu, 21\u00a0November\u00a02026"
        or guyub.tanggal(moment.date()) == "Sabtu, 21\u00a0November 2026"
    )
    assert guyub.jam(moment) == "09.00\u00a0WIB"
    assert guyub.jarak(dt.date(2026, 11, 24), dt.date(2026, 11, 21)) == "3 hari lagi"
    assert guyub.jarak(dt.date(2026, 11, 20), dt.date(2026, 11, 21)) == "kemarin"


@pytest.mark.parametrize(
    "name",
    ["rupiah", "juta", "ribuan", "ringkas", "persen", "tanggal", "tanggal_pendek", "jam", "jarak", "waktu", "inisial"],
)
def test_filters_take_nothing_and_give_nothing(name: str) -> None:
    assert getattr(guyub, name)(None) == ""


def test_people() -> None:
    assert guyub.inisial("Rizky Maulana") == "RM"
    assert guyub.wa_link("+6281200001234", "Selamat pagi") == "https://wa.me/6281200001234?text=Selamat%20pagi"
    assert guyub.wa_link("0812-0000-1234") == "https://wa.me/6281200001234"


def test_qr_code_is_inline_and_named() -> None:
    svg = guyub.qr("GUYUB:7K4M2Q", "Kode QR tiket")
    assert 'role="img"' in svg
    assert 'aria-label="Kode QR tiket"' in svg
    assert "style" not in svg


class Sample(forms.Form):
    amount = MoneyField(label="Jumlah", max_value=2_000_000, help_text="Rupiah bulat.")
    running = forms.ChoiceField(
        label="Berjalan?", choices=[("Y", "Ya"), ("N", "Tidak")], widget=BigChoices(icons={"Y": "check"})
    )
    photo = forms.FileField(label="KTP", widget=PhotoInput(), required=False)


def test_money_field_reads_dots_and_shows_them_again() -> None:
    form = Sample({"amount": "Rp1.500.000", "running": "Y"})
    assert form.is_valid()
    assert form.cleaned_data["amount"] == 1_500_000
    wrong = Sample({"amount": "2.500.000", "running": "Y"})
    assert 'value="2.500.000"' in rendered('{% include "components/field.html" with field=f only %}', f=wrong["amount"])


def test_field_names_its_help_and_its_error() -> None:
    html = rendered('{% include "components/field.html" with field=f only %}', f=Sample({})["amount"])
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_amount_error"' in html


def test_error_summary_leads_to_the_first_control_of_each_field() -> None:
    html = rendered('{% include "components/error_summary.html" with form=f only %}', f=Sample({}))
    assert 'href="#id_amount"' in html
    assert 'href="#id_running_0"' in html
    assert "Ada 2 hal yang perlu diperbaiki" in html


def test_bars_share_one_scale_and_add_up() -> None:
    chart = charts.bars(title="T", x_label="K", parts=["a", "b"], rows=[("satu", [1, 3]), ("dua", [2, 0])])
    assert chart.totals == [3, 3]
    assert chart.total == 6
    assert sum(piece.width for piece in chart.rows[0].segments) == pytest.approx(charts.BAR_WIDTH, abs=0.2)
    assert chart.rows[1].segments[0].width == pytest.approx(charts.BAR_WIDTH / 2, abs=0.1)


def test_empty_charts_are_drawn_without_a_fault() -> None:
    assert charts.bars(title="T", x_label="K", parts=["a"], rows=[]).total == 0
    assert charts.shares(title="T", rows=[("a", 0, "daun")]).rows[0].share == 0
    assert charts.targets(title="T", x_label="K", rows=[("a", 0, 0)]).totals == [0, 0]


def test_names_of_close_curves_do_not_cover_each_other() -> None:
    chart = charts.lines(title="T", x_label="Bulan", xs=[0, 12], series=[("a", [100, 80]), ("b", [100, 79])])
    assert abs(chart.lines[0].label_y - chart.lines[1].label_y) >= charts.LABEL_GAP
