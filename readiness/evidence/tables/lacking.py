"""What is missing over the portfolio: rows, counts by what, who and unit, and the same as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.cells import csv_lines
from portfolio.kit.templatetags.ui_text import grouped
from readiness.evidence.queries.judged import Facet, Seen
from readiness.evidence.tables.missing import TITLES, WHO, detail, without_hidden_pool
from readiness.evidence.tables.reasons import sentence
from readiness.evidence.tables.verdicts import metric_label, missing, target

Row = Mapping[str, Any]
MOST_OF_A_FACET = 8
EXPORTED = (
    "requirement_id", "initiative_key", "initiative", "unit", "workload", "metric", "target", "percentile", "verdict", "reason",
    "missing", "what", "who", "owner",
)  # fmt: skip


def list_rows(rows: Iterable[Row], seen: Seen) -> list[dict[str, Any]]:
    """What evidence/missing.html prints."""
    return [
        {
            "url": reverse("evidence:requirement", args=[row["requirement_id"]]),
            "label": metric_label(row["metric"]),
            **target(row["wanted"]),
            "verdict": row["verdict"],
            "says": sentence({"code": row["reason"]}),
            "workload": row["workload_name"],
            "workload_url": reverse("evidence:workload", args=[row["workload_id"]]),
            "initiative": f"{row['initiative_key']} {row['initiative_name']}",
            "unit": row["unit_name"],
            "missing": missing(row, seen),
        }
        for row in rows
    ]


def headline(total: int, found: Sequence[Facet]) -> str:
    """`153 requirements are open. Most often it takes this: say what it must reach (97)`"""
    if not total:
        return _("Nothing is open here.")
    said = ngettext("%s requirement is open", "%s requirements are open", total) % grouped(total)
    first = next((one for one in found if one.by == "what"), None)
    if first is None:
        return said
    return _("%(said)s. Most often it takes this: %(what)s (%(count)s)") % {
        "said": said, "count": grouped(first.requirements), "what": _lower(str(TITLES.get(first.key, first.key))),
    }  # fmt: skip


def cards(found: Sequence[Facet], link: Callable[[str, str], str]) -> list[dict[str, Any]]:
    """The counts by what, who and unit; each line narrows the list. A requirement that lacks two things counts in both."""
    ways: list[tuple[str, str, Callable[[Facet], str]]] = [
        ("what", _("What would decide it"), lambda one: str(TITLES.get(one.key, one.key))),
        ("who", _("Who could supply it"), lambda one: str(WHO.get(one.key, one.key))),
        ("unit", _("Of which unit"), lambda one: one.name),
    ]
    return [
        {
            "title": title,
            "lines": [
                {"label": say(one), "count": one.requirements, "url": link(name, one.key)}
                for one in [each for each in found if each.by == name][:MOST_OF_A_FACET]
            ],
        }
        for name, title, say in ways
    ]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def csv_export(rows: Iterable[Row]) -> Iterator[str]:
    """A line for each thing that is missing; a requirement that lacks nothing has one as well."""
    yield "\ufeff"
    yield from csv_lines(EXPORTED, (cells for row in rows for cells in _lines(row)))


def _lines(row: Row) -> Iterator[list[Any]]:
    wanted = row["wanted"]
    head = [
        row["requirement_id"], row["initiative_key"], row["initiative_name"], row["unit_name"], row["workload_name"],
        row["metric"], target(wanted)["target"], wanted["percentile"] or "", row["verdict"], row["reason"],
    ]  # fmt: skip
    for one in row["missing"] or [{}]:
        code = one.get("code", "")
        what = " ".join(filter(None, (str(TITLES.get(code, code)), detail(without_hidden_pool(one, frozenset())))))
        yield [*head, code, what, one.get("who", ""), row["owner_name"] or ""]
