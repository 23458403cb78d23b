"""What a row may hold: what cannot land is rejected by itself, with line, field, value and reason; nothing is ever cut."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from portfolio.initiatives.models import ImportRow, ImportRun, Initiative, RegisterRow
from portfolio.initiatives.queries.imports import report
from tests.portfolio.initiatives.importing import HEADERS, publish, row, stage, write_csv

pytestmark = pytest.mark.django_db


def rejected(run: ImportRun) -> list[tuple[int, str, str]]:
    return [(issue["line"], issue["field"], issue["reason"]) for issue in report(run)["rejected_rows"]]


@pytest.mark.parametrize(
    ("values", "field", "reason"),
    [
        ({"Name": "n" * 501}, "name", "501 characters; at most 500 fit, and nothing is cut"),
        ({"Unit": "u" * 256}, "unit", "256 characters; at most 255 fit, and nothing is cut"),
        ({"Tags": f"['{'t' * 61}']"}, "tags", "61 characters; at most 60 fit, and nothing is cut"),
        ({"ID": "i" * 301}, "external_id", "301 characters; at most 300 fit, and nothing is cut"),
        ({"Link": f"https://example.org/{'p' * 1000}"}, "links", "1020 characters; at most 1000 fit, and nothing is cut"),
        ({"Value": "1" + "0" * 14}, "expected_value", "more than 14 digits before the decimal point"),
    ],
)
def test_what_the_database_cannot_hold_is_rejected_and_the_rest_lands(
    tmp_path: Path, values: dict[str, str], field: str, reason: str
) -> None:
    run = publish(write_csv(tmp_path / "a.csv", [row(1), row(2, **values), row(3)]))
    assert [(line, of, why) for line, of, why in rejected(run)] == [(3, field, reason)]
    assert (run.counts["created"], run.counts["rejected"], run.counts["rows"]) == (2, 1, 3)
    assert sorted(Initiative.objects.values_list("name", flat=True)) == ["Initiative 1", "Initiative 3"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [("before\\u0000after", "holds a NUL character"), ("half \\ud83d", "holds half a character (a lone surrogate)")],
)
def test_a_character_that_no_database_takes_rejects_its_row_alone(tmp_path: Path, bad: str, reason: str) -> None:
    path = tmp_path / "a.jsonl"
    lines = [json.dumps(row(1)), json.dumps(row(2, Purpose="BAD")).replace("BAD", bad), json.dumps(row(3))]
    path.write_text("\n".join(lines))
    run = publish(path)
    assert (run.counts["created"], run.counts["rejected"]) == (2, 1)
    assert [(line, why) for line, _field, why in rejected(run)] == [(2, reason)]
    assert ImportRow.objects.get(run=run, outcome="rejected").raw["Name"] == "Initiative 2"


def test_hostile_texts_arrive_as_they_are(tmp_path: Path) -> None:
    texts = [
        "back\\slash \\N \\. \\t",
        "tab\there",
        "line\nbreak\r\nboth",
        "quote \" and ' and $$ and ;--",
        "{'braces': [1, 2]}",
        "=cmd|' /C calc'!A0",
        "\u202eright to left\u202c 😀 \u0000".replace("\u0000", ""),
        "<script>alert(1)</script>",
        "\\u0000 written out",
    ]
    file = write_csv(tmp_path / "a.csv", [row(n, Name=f"Name {n}", Purpose=text) for n, text in enumerate(texts)])
    run = publish(file)
    assert run.counts["rejected"] == 0
    found = dict(Initiative.objects.values_list("name", "purpose"))
    # a spreadsheet's line ends are kept inside a cell; blanks around a text are not
    assert {name: text.replace("\r\n", "\n") for name, text in found.items()} == {
        f"Name {n}": text.strip().replace("\r\n", "\n") for n, text in enumerate(texts)
    }


def test_equal_rows_land_each_and_the_repeat_is_reported(tmp_path: Path) -> None:
    run = publish(write_csv(tmp_path / "a.csv", [row(1), row(1), row(1, Name="Same id, other name")]))
    assert (run.counts["created"], run.counts["repeats"]) == (3, 2)
    assert Initiative.objects.count() == 3
    assert [issue["line"] for issue in report(run)["repeats"]] == [3, 4]
    again = publish(write_csv(tmp_path / "b.csv", [row(1), row(1), row(1, Name="Same id, other name")]))
    assert again.counts["unchanged"] == 3


def test_a_key_longer_than_an_index_entry_still_finds_its_row(tmp_path: Path) -> None:
    mapping = "{register: long, fields: {name: Name, unit: {columns: [Unit, Purpose]}}}"
    values = {"Name": "名" * 500, "Unit": "単" * 250, "Purpose": "位" * 250}
    publish(write_csv(tmp_path / "a.csv", [row(1, **values)]), mapping=mapping)
    run = publish(write_csv(tmp_path / "b.csv", [row(1, **values)]), mapping=mapping)
    assert (run.counts["unchanged"], run.counts["rows"]) == (1, 1)


def test_cells_that_cannot_be_read_are_unknown_and_told(tmp_path: Path) -> None:
    values = {"Stage": "somewhere", "Started": "soon", "Value": "a lot", "Link": "on the intranet"}
    run = publish(write_csv(tmp_path / "a.csv", [row(1, **values)]))
    told = {issue["field"]: issue["value"] for issue in report(run)["unread_cells"]}
    assert told == {"stage": "somewhere", "initiated_on": "soon", "expected_value": "a lot", "links": "on the intranet"}
    it = Initiative.objects.get()
    assert (it.stage, it.expected_value, it.links.count()) == (None, None, 0)
    assert it.dates.get().raw == "soon"
    assert RegisterRow.objects.get().raw["Stage"] == "somewhere"


def test_an_amount_without_a_currency_is_not_read(tmp_path: Path) -> None:
    mapping = "{register: m, fields: {name: Name, expected_value: Value}}"
    run = publish(write_csv(tmp_path / "a.csv", [row(1)]), mapping=mapping)
    assert [(issue["field"], issue["reason"]) for issue in report(run)["unread_cells"]] == [
        ("expected_value", "an amount without a currency")
    ]
    assert Initiative.objects.get().expected_value is None


def test_a_stage_that_the_template_lacks_is_unknown_and_told(tmp_path: Path) -> None:
    mapping = "{register: m, fields: {name: Name, stage: {column: Stage, values: {Idea: beta}}}}"
    run = publish(write_csv(tmp_path / "a.csv", [row(1)]), mapping=mapping)
    assert [issue["reason"] for issue in report(run)["unread_cells"]] == [
        "the lifecycle template has no such stage; read as unknown"
    ]
    assert Initiative.objects.get().stage_entries.get().raw == "Idea"


def same_rows() -> list[dict[str, str]]:
    return [row(1, Purpose="Äpfel & Öl"), row(2, Tags="['a', \"b's\"]"), row(3, Tags="x; y", Started="2023-05")]


def as_xlsx(path: Path, rows: list[dict[str, str]]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Register")
    sheet.append(list(HEADERS))
    for values in rows:
        sheet.append([values[name] for name in HEADERS])
    book.save(path)
    return path


def as_json(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text(json.dumps({"records": rows}, ensure_ascii=False), encoding="utf-8")
    return path


def as_lines(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("\n".join(json.dumps(values) for values in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("write", [as_xlsx, as_json, as_lines])
def test_other_formats_say_the_same_as_csv(tmp_path: Path, write: Any) -> None:
    publish(write_csv(tmp_path / "a.csv", same_rows()))
    run = publish(write(tmp_path / "b", same_rows()))
    assert (run.counts["unchanged"], run.counts["rows"]) == (3, 3), ImportRow.objects.values_list("changed", flat=True)
    assert sorted(Initiative.objects.get(external_ids__value="S-2").tags.values_list("name", flat=True)) == ["a", "b's"]


def test_rows_are_always_the_sum_of_their_outcomes(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(n) for n in range(50)]))
    rows = [
        row(n, Name="" if n % 7 == 0 else f"Initiative {n}", Purpose="new" if n % 5 == 0 else f"Purpose {n}") for n in range(60)
    ]
    run = stage(write_csv(tmp_path / "b.csv", rows))
    told = report(run)
    assert told["rows"] == 60 == sum(told[name] for name in ("created", "updated", "unchanged", "rejected"))
    assert {told[name] > 0 for name in ("created", "updated", "unchanged", "rejected")} == {True}
