"""The pieces of the pages: what they say, how they stay readable, and that the palette survives colour blindness."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import formats
from django.utils.safestring import mark_safe
from pytest_django.fixtures import Settings

from portfolio.kit import pieces
from portfolio.kit.templatetags import ui, ui_charts, ui_samples, ui_text

ROOT = Path(ui.__file__).resolve().parents[3]
CSS = (ROOT / "static" / "pilotage.css").read_text()
# Machado, Oliveira, Fernandes 2009, severity 1.0, for linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
# Björn Ottosson 2020: linear sRGB -> OKLab.
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Settings) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def render(source: str, query: str = "", **context: object) -> str:
    request = RequestFactory().get(f"/initiatives/?{query}")
    return Template("{% load ui %}" + source).render(Context({"request": request, **context})).strip()


def both_modes(name: str) -> tuple[str, str]:
    found = re.search(rf"--{name}: light-dark\((#\w{{6}}), (#\w{{6}})\)", CSS)
    assert found, name
    return found[1], found[2]


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    low, high = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, blindness: str) -> np.ndarray:
    seen = np.clip(BLINDNESS[blindness] @ linear(colour), 0, 1)
    return np.asarray(TO_LAB @ np.cbrt(TO_LMS @ seen))


def test_the_contrast_formula_gives_the_values_that_wcag_publishes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("verdict", ui.VERDICTS)
@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_each_verdict_is_readable_on_its_chip_and_on_a_card(verdict: str, mode: int) -> None:
    colour = both_modes(f"v-{verdict}")[mode]
    assert contrast(colour, both_modes(f"v-{verdict}-bg")[mode]) >= 4.5
    assert contrast(colour, both_modes("surface")[mode]) >= 4.5


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_no_two_verdicts_look_alike_to_colour_blind_eyes(blindness: str, mode: int) -> None:
    colours = {verdict: lab(both_modes(f"v-{verdict}")[mode], blindness) for verdict in ui.VERDICTS}
    nearest = min((float(np.linalg.norm(colours[a] - colours[b])), a, b) for a, b in combinations(colours, 2))
    assert nearest[0] >= 0.06, nearest


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_texts_are_readable_on_every_ground(mode: int) -> None:
    for ink in ("ink", "ink-2"):
        for ground in ("ground", "surface", "surface-2"):
            assert contrast(both_modes(ink)[mode], both_modes(ground)[mode]) >= 4.5, (ink, ground)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_stages_are_an_ordered_ramp(mode: int) -> None:
    lightness = [lab(both_modes(f"stage-{step}")[mode], "none")[0] for step in range(1, ui.RAMP + 1)]
    steps = np.diff(lightness) * (1 if mode else -1)
    assert (steps > 0.05).all(), lightness


def test_no_colour_is_written_outside_the_block_of_variables() -> None:
    rules = CSS.split("color-scheme: light;", 1)[1]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;, )])", rules) == []


def test_own_css_stays_small() -> None:
    assert len(CSS.splitlines()) < 300


def test_every_icon_that_a_template_or_tag_names_is_in_the_list() -> None:
    listed = set((ROOT / "static" / "icons.txt").read_text().split())
    sources = [*(ROOT / "templates").rglob("*.html"), Path(ui.__file__), Path(ui_samples.__file__)]
    text = "\n".join(path.read_text() for path in sources)
    named = set(re.findall(r'{% icon "([a-z0-9-]+)"', text)) | set(re.findall(r'icon="([a-z0-9-]+)"', text))
    named |= set(re.findall(r'"icon": "([a-z0-9-]+)"', text)) | {sign for _, sign in ui.VERDICTS.values()}
    named |= {sign for _, sign in ui.STATUSES.values()} | {sign for _, _, sign in ui.RAG.values()}
    assert named - listed == set()


def test_every_piece_opens_with_a_comment_of_its_variables() -> None:
    assert [path.name for path in (ROOT / "templates" / "ui").glob("*.html") if not path.read_text().startswith("{# ")] == []


def test_no_template_holds_what_the_content_security_policy_forbids() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\shx-on|\son(click|change|load|submit)=|javascript:|<style|\|safe\b|hx-vals=.js:", text), path
        assert re.search(r"<script(?![^>]*\ssrc=)", text) is None, path


def test_a_verdict_has_word_icon_and_colour_even_when_compact() -> None:
    html = render('{% verdict "stale" compact=True note="140 days" %}')
    assert "v-stale" in html
    assert "icon-clock" in html
    assert 'class="visually-hidden">Stale' in html
    assert 'title="Stale: 140 days"' in html


def test_an_unknown_verdict_name_is_an_error_and_not_an_empty_chip() -> None:
    with pytest.raises(KeyError):
        render('{% verdict "maybe" %}')


def test_a_missing_stage_is_shown_as_unknown_with_the_registers_word() -> None:
    html = render("{% stage raw=raw %}", raw='In <b>"process"</b>')
    assert "Stage unknown" in html
    assert "<b>" not in html


def test_a_stage_fills_as_many_marks_as_it_has_passed() -> None:
    html = render('{% stage "Pilot" 3 5 %}')
    assert html.count('<i class="on">') == 3
    assert html.count("<i") == 5


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (1_234_567, "1.2\u202fM"),
        (950, "950"),
        (84_200_000, "84.2\u202fM"),
        (999_999, "1\u202fM"),
        (-2_500, "-2.5\u202fk"),
        (0, "0"),
    ],
)
def test_amounts_are_short(amount: Any, shown: str) -> None:
    assert ui_text.short(amount) == shown


def test_money_is_short_with_the_exact_amount_beside_it() -> None:
    html = render('{% money amount "USD" %}', amount=Decimal("1234567.50"))
    assert 'title="1,234,567.50 USD"' in html
    assert 'value="1234567.50"' in html
    assert "1.2\u202fM USD" in html


def test_equal_amounts_and_equal_texts_that_are_written_otherwise_are_not_taken_for_each_other() -> None:
    shown = [render('{% money amount "USD" %}', amount=Decimal(text)) for text in ("1.5", "1.50")]
    assert [re.findall('value="([^"]+)"', html) for html in shown] == [["1.5"], ["1.50"]]
    for note, told in (("<b>", "&lt;b&gt;"), (mark_safe("<b>"), "<b>")):
        assert f'title="Unknown: {told}"' in render('{% verdict "unknown" note=note %}', note=note)
        assert f'aria-label="{told}"' in render('{% icon "x" note %}', note=note)


def test_a_day_is_written_as_django_writes_it_and_its_distance_moves_with_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(0, 730, 13)]
    written = [formats.date_format(day, "j M Y", use_l10n=False) for day in days]
    assert [ui_text.with_precision(day) for day in days] == written
    for today, told in ((date(2026, 3, 7), "tomorrow"), (date(2026, 3, 8), "today")):
        monkeypatch.setattr("django.utils.timezone.localdate", lambda today=today: today)
        assert told in render("{% when day %}", day=date(2026, 3, 8))


def test_a_piece_is_rendered_anew_for_whatever_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    def term(**values: Any) -> str:
        known = {"starts_on": None, "ends_on": date(2026, 3, 8), "notice_on": None, "over": False}
        return pieces.piece("procurement/term.html", **known | values)

    monkeypatch.setattr("django.utils.timezone.localdate", lambda: date(2026, 1, 1))
    assert "8 Mar<" in term()
    assert "8 Feb<" in term(ends_on=date(2026, 2, 8))
    assert "notice by" in term(notice_on=date(2026, 2, 1))
    assert "notice by" not in term(notice_on=date(2026, 2, 1), over=True)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: date(2027, 1, 1))
    assert "8 Mar 2026<" in term()
    with pytest.raises(TypeError):
        render('{% piece "procurement/term.html" row=row %}', row={})


def test_missing_values_say_that_they_are_unknown() -> None:
    for tag in ("money x", "percent x 61", "number x", "interval x x", 'fuzzy_date x "month"'):
        assert "unknown" in render("{% " + tag + " %}", x=None), tag


def test_a_percentage_carries_its_base() -> None:
    html = render("{% percent 12 61 %}")
    assert "20\u202f%" in html
    assert "12 of 61" in html
    assert ui_text.percent(0, 0) == "\u2013"


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(9, 16, "9\u201316\u202f%"), (9, None, "at least 9\u202f%"), (None, 16, "at most 16\u202f%"), (None, None, "unknown")],
)
def test_intervals_name_the_end_that_is_missing(low: Any, high: Any, shown: str) -> None:
    assert ui_text.interval(low, high, "%") == shown


@pytest.mark.parametrize(
    ("precision", "shown"),
    [("day", "14 Jul 2023"), ("month", "Jul 2023"), ("quarter", "Q3 2023"), ("year", "2023"), ("unknown", "unknown")],
)
def test_dates_say_no_more_than_is_known(precision: str, shown: str) -> None:
    assert ui_text.with_precision(date(2023, 7, 14), precision) == shown


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2026, 3, 12), "in 5 days"),
        (date(2026, 3, 8), "tomorrow"),
        (date(2026, 3, 7), "today"),
        (date(2026, 3, 6), "yesterday"),
        (date(2025, 12, 7), "3 months ago"),
        (date(2022, 3, 7), "4 years ago"),
    ],
)
def test_relative_dates_grow_their_unit_with_the_distance(day: Any, shown: str) -> None:
    assert ui_text.relative_days(day, date(2026, 3, 7)) == shown


def test_a_sorted_header_turns_around_and_forgets_the_page() -> None:
    html = render('{% th "Title" "title" %}', query="sort=title&page=3&unit=lo")
    assert 'aria-sort="ascending"' in html
    assert 'href="?sort=-title&amp;unit=lo"' in html


def test_pages_keep_the_filters_and_count_what_they_show() -> None:
    page = Paginator(range(120), 50).page(2)
    html = render("{% pagination page %}", query="unit=lo&page=2", page=page)
    assert "51–100 of 120" in html  # noqa: RUF001
    assert "unit=lo&amp;page=3" in html


class ExampleFilter(forms.Form):
    q = forms.CharField(required=False, label="Search")
    stage = forms.MultipleChoiceField(required=False, choices=[("poc", "PoC"), ("pilot", "Pilot")])


def test_a_filter_in_force_can_be_taken_away_alone() -> None:
    query = "q=belt&stage=poc&stage=pilot&page=2"
    form = ExampleFilter(RequestFactory().get(f"/?{query}").GET)
    html = render("{% filter_bar form %}", query=query, form=form)
    assert 'href="?q=belt&amp;stage=pilot"' in html
    assert html.count("checked") == 2
    assert 'href="/initiatives/"' in html


class ExampleForm(forms.Form):
    title = forms.CharField(help_text="What people call it")
    value = forms.DecimalField(required=False)


def test_a_field_in_error_is_described_marked_and_focused() -> None:
    html = render("{% form_fields form %}", form=ExampleForm({"value": "much"}))
    assert html.count('aria-invalid="true"') == 2
    assert 'aria-describedby="id_title_help id_title_error"' in html
    assert html.count("autofocus") == 1
    assert 'value="much"' in html
    assert 'href="#id_title"' in html


@pytest.mark.parametrize("name", ["bars", "stacked", "flow", "intervals", "boxes"])
def test_each_chart_has_a_table_with_a_row_per_mark_and_cells_under_every_head(name: str) -> None:
    data = ui_samples.samples()[name]
    twin = ui_charts.twin(data)
    assert {len(row) for row in twin["rows"]} == {len(twin["columns"])}
    marks = data.get("links") or data.get("rows") or data["categories"]
    assert len(twin["rows"]) == len(marks) + len(data.get("markers", []))


def test_chart_data_cannot_break_out_of_their_script() -> None:
    data = ui_samples.samples()["bars"] | {"title": "</script><img src=x>"}
    html = render("{% chart data %}", data=data)
    assert "<img" not in html
    script = re.search(r"<script[^>]*>(.*?)</script>", html)
    assert script
    assert json.loads(script[1])["title"] == data["title"]


def test_initials_come_from_the_first_and_the_last_name() -> None:
    assert [ui_text.initials(name) for name in ("Ada King Lovelace", "ada@example.org", "")] == ["AL", "AO", "?"]


def test_the_page_of_an_internal_error_needs_neither_request_nor_database() -> None:
    assert "nothing is half done" in render_to_string("500.html")
