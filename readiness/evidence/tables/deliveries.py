"""Deliveries as rows and as a page: where each stands, what came of it, and what was refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.cells import csv_lines
from portfolio.kit.templatetags.ui_text import grouped
from readiness.evidence.choices import OPEN_DELIVERIES, DeliveryState, Way
from readiness.evidence.queries.deliveries import COUNTS, Told
from readiness.evidence.queries.shown import masked
from readiness.evidence.tables.frame import route
from readiness.evidence.tables.labels import KINDS, SOURCE_KINDS, WAYS, flaw_title
from readiness.evidence.tables.signs import FAILURES, STATES
from readiness.evidence.tables.uploads import size_text
from readiness.evidence.tables.values import age_text, duration_text

Row = Mapping[str, Any]
EXPORTED = (
    "id", "way", "state", "source", "source_kind", "initiative_key", "initiative", "workload", "pool", "file_name", "size_bytes",
    *COUNTS, "failure", "error", "asked_at", "started_at", "ended_at", "asked_by",
)  # fmt: skip
_A_MINUTE = timedelta(minutes=1)
BARE = frozenset({*OPEN_DELIVERIES, DeliveryState.FAILED, DeliveryState.DROPPED})  # nothing came of it, or nothing yet


def list_rows(rows: Iterable[Row], now: datetime) -> list[dict[str, Any]]:
    """What evidence/delivery_table.html prints."""
    return [list_row(masked(dict(row)), now) for row in rows]


def list_row(row: Row, now: datetime) -> dict[str, Any]:
    return {
        **row,
        "url": reverse("evidence:delivery", args=[row["id"]]),
        "title": title(row),
        "sign": STATES[row["state"]],
        "is_open": row["state"] in OPEN_DELIVERIES,
        "is_bare": row["state"] in BARE,
        "ago": ago(row["asked_at"], now),
        "way_label": WAYS[row["way"]],
        "size": size_text(row["size_bytes"]) if row["size_bytes"] else "",
        "detected": row["detected"][0]["label"] if row["detected"] else "",
        "took": took(row),
        "reason": failure_word(row["failure"]),
        "error": reasons(row["error"])[0],
        "looked_for": reasons(row["error"])[1],
        **subject(row),
        **origin(row),
    }


def pull_rows(rows: Iterable[Row], now: datetime) -> list[dict[str, Any]]:
    """Rows of queries.sources.last_pulls: all of one source, whose reader sees it."""
    return [
        {
            **row,
            "url": reverse("evidence:delivery", args=[row["id"]]),
            "title": f"{WAYS[row['way']]} #{row['id']}",
            "sign": STATES[row["state"]],
            "is_open": row["state"] in OPEN_DELIVERIES,
            "is_bare": row["state"] in BARE,
            "ago": ago(row["asked_at"], now),
            "took": took(row),
            "reason": failure_word(row["failure"]),
        }
        for row in rows
    ]


def title(row: Row) -> str:
    """The file's name, else what kind of delivery it is."""
    return row["file_name"] or f"{WAYS[row['way']]} #{row['id']}"


def subject(row: Row) -> dict[str, Any]:
    """What it is evidence of, with its address; pulls leave that to their feeds."""
    if row["workload_pk"]:
        below = f"{row['initiative_key']} {row['initiative_name']}"
        return {"about": row["workload_name"], "about_url": route("evidence:workload", row["workload_pk"]), "below": below}
    if row["pool_id"]:
        return {"about": row["pool_name"], "about_url": reverse("workloads:pool", args=[row["pool_id"]]), "below": _("pool")}
    return {"about": "", "about_url": "", "below": _("by its feeds") if row["way"] == Way.PULL else ""}


def origin(row: Row) -> dict[str, Any]:
    """The source by name for those who see it, else its kind alone."""
    kind = str(SOURCE_KINDS.get(row["source_kind"], row["source_kind"]))
    url = reverse("evidence:source", args=[row["source_pk"]]) if row["source_pk"] else ""
    return {"source": row["source_name"] or "", "source_url": url, "source_label": kind}


def ago(at: datetime, now: datetime) -> str:
    """`just now`, `3 minutes ago`."""
    return _("%s ago") % age_text(at, now) if now - at >= _A_MINUTE else _("just now")


def reasons(error: str) -> tuple[str, str]:
    """What stands in the way, and the long list of what was looked for instead."""
    said, _sign, looked_for = error.partition(" Looked for ")
    return said, looked_for


def took(row: Row) -> str:
    """`1.4 s`, `3 minutes`; "" for what is not over."""
    if row["started_at"] is None or row["ended_at"] is None:
        return ""
    seconds = max(0.0, (row["ended_at"] - row["started_at"]).total_seconds())
    return f"{seconds:.1f} s" if seconds < 60 else duration_text(seconds)


def failure_word(failure: str) -> str:
    return str(FAILURES[failure][0]) if failure in FAILURES else ""


def todo(failure: str) -> str:
    """The next step after a failure."""
    return str(FAILURES[failure][1]) if failure in FAILURES else ""


def headline(told: Told) -> str:
    """`1,204 deliveries, 2 of them not over yet, 31 failed wholly or in part`."""
    count = grouped(told.total) if told.exact else _("more than %s") % grouped(told.total - 1)
    said = [ngettext("%s delivery", "%s deliveries", told.total) % count]
    if told.open:
        said.append(ngettext("%s of them not over yet", "%s of them not over yet", told.open) % grouped(told.open))
    if told.failed:
        said.append(ngettext("%s failed wholly or in part", "%s failed wholly or in part", told.failed) % grouped(told.failed))
    return ", ".join(said)


def sentence(row: Row) -> str:
    """The one sentence of a delivery's page."""
    if row["state"] in OPEN_DELIVERIES:
        return _("It waits for a worker") if row["state"] == DeliveryState.QUEUED else _("It is being read")
    if row["state"] == DeliveryState.DROPPED:
        return _("It was dropped: its source was paused, changed or retired before it ran")
    if row["state"] == DeliveryState.FAILED:
        return _("Nothing of it was taken")
    if not row["runs"] and not row["observations"]:
        return _nothing_new(row)
    said = [ngettext("%s new run", "%s new runs", row["runs"]) % grouped(row["runs"])]
    if row["runs_flawed"]:
        flawed = ngettext("%s of them flawed, which never decides", "%s of them flawed, which never decide", row["runs_flawed"])
        said.append(flawed % grouped(row["runs_flawed"]))
    said.append(ngettext("%s new value", "%s new values", row["observations"]) % grouped(row["observations"]))
    if row["refused"]:
        said.append(ngettext("%s value refused", "%s values refused", row["refused"]) % grouped(row["refused"]))
    return ", ".join(said)


def _nothing_new(row: Row) -> str:
    if row["runs_known"]:
        known = ngettext("its %s run was", "all its %s runs were", row["runs_known"]) % grouped(row["runs_known"])
        return _("Nothing new: %s delivered before") % known
    if row["refused"]:
        return ngettext("Its %s value was refused", "All its %s values were refused", row["refused"]) % grouped(row["refused"])
    return _("There was nothing new to read")


def figures(row: Row) -> list[dict[str, Any]]:
    """At most five counts, each with what it says."""
    total = row["runs"] + row["runs_known"]
    base = ngettext("of %s run", "of %s runs", total) % grouped(total)
    flawed = _("Kept and shown with the reason; they never decide.")
    known = _("The same measurement again, for the same subject and environment, adds nothing.")
    refused = _("Without a certain unit or time there is no value.")
    repeated = _("%s repeated") % grouped(row["repeated"])
    return [
        {"label": _("New runs"), "value": grouped(row["runs"]), "base": base},
        {"label": _("Flawed"), "value": grouped(row["runs_flawed"]), "base": base, "note": flawed},
        {"label": _("Known before"), "value": grouped(row["runs_known"]), "base": base, "note": known},
        {"label": _("New values"), "value": grouped(row["observations"]), "base": repeated},
        {"label": _("Values refused"), "value": grouped(row["refused"]), "note": refused},
    ]


def run_rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The runs of a delivery with their reasons."""
    return [
        {
            **row,
            "url": reverse("evidence:run", args=[row["id"]]),
            "title": row["name"] or row["place"] or f"{row['tool']} #{row['id']}",
            "kind_label": KINDS.get(row["kind"], row["kind"]),
            "reasons": [{"title": flaw_title(code), "text": text} for code, text in row["flaws"]],
            "load_text": _load(row["load"]),
        }
        for row in rows
    ]


def _load(load: Mapping[str, Any]) -> str:
    """What was offered, in a few words: a rate or a number in flight."""
    if (rate := load.get("requested_per_s")) is not None:
        return _("%s /s asked for") % f"{rate:.4g}"
    if (flight := load.get("concurrency")) is not None:
        return _("%s at once") % f"{flight:.4g}"
    return ""


def feed_rows(lines: Iterable[Row]) -> list[dict[str, Any]]:
    """What came of each feed of a pull."""
    return [
        {
            "name": line.get("name", ""),
            "sign": STATES.get(str(line.get("state")), STATES[DeliveryState.DONE]),
            "error": line.get("error", ""),
            "counts": line.get("counts") or {},
        }
        for line in lines
    ]


def csv_export(rows: Iterable[Row]) -> Iterator[str]:
    """CSV lines after a byte order mark, because spreadsheets take UTF-8 for something else without it."""
    yield "\ufeff"
    yield from csv_lines(EXPORTED, (_values(masked(dict(row))) for row in rows))


def _values(row: Row) -> list[Any]:
    named = {
        **row, "source": row["source_name"], "initiative": row["initiative_name"], "workload": row["workload_name"],
        "pool": row["pool_name"], "asked_by": row["asked_by_name"],
    }  # fmt: skip
    moments = {name: named[name].isoformat() if named[name] else "" for name in ("asked_at", "started_at", "ended_at")}
    return ["" if (value := (named | moments)[name]) is None else value for name in EXPORTED]


EXPORTS: dict[str, tuple[Callable[[Iterable[Row]], Iterator[str]], str]] = {"csv": (csv_export, "text/csv; charset=utf-8")}
