"""Sources as rows and as a page: how each fares, since when, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.cells import csv_lines
from portfolio.kit.templatetags.ui_text import day_text, grouped
from readiness.connectors import registry
from readiness.connectors.live import Connector, FieldKind
from readiness.evidence.choices import BROUGHT, Health
from readiness.evidence.models import Trial
from readiness.evidence.queries.sources import Faring
from readiness.evidence.tables.deliveries import ago, failure_word, todo
from readiness.evidence.tables.labels import SOURCE_KINDS, metric_label, translated
from readiness.evidence.tables.signs import BROUGHT_BY, HEALTH, RETIRED
from readiness.evidence.tables.values import bound_note, duration_text, label_chips, statistic_text, value_text
from readiness.workloads.tables.requirements import length_words

Row = Mapping[str, Any]
NOT_ALLOWED = "Not allowed"  # how the door's refusal begins (kit.egress.errors)
_EVERY = {
    60: gettext_lazy("every minute"), 3_600: gettext_lazy("every hour"), 86_400: gettext_lazy("every day"),
    604_800: gettext_lazy("every week"),
}  # fmt: skip
_NEEDS = {"bearer": "token", "header": "token", "basic": "password"}  # which secret a way of signing in stands on
EXPORTED = (
    "id", "name", "kind", "unit", "health", "last_ok_at", "next_pull_at", "typical_s", "feeds", "feeds_failing",
    "observations_24h", "failures", "failure", "error", "interval_s", "address",
)  # fmt: skip


def list_rows(rows: Iterable[Row], now: datetime) -> list[dict[str, Any]]:
    """What evidence/source_table.html prints."""
    return [
        {
            **row,
            "url": reverse("evidence:source", args=[row["id"]]),
            "sign": sign(row),
            "kind_label": kind_label(row["kind"]),
            "pulled": row["kind"] not in BROUGHT,
            "typical": seconds_text(row["typical_s"]),
            "ago": ago(row["last_ok"], now) if row["last_ok"] else "",
            "due": due_text(row, now),
            "reason": failure_word(row["failure"] or ""),
        }
        for row in rows
    ]


def kind_label(kind: str) -> str:
    return str(SOURCE_KINDS.get(kind, kind))


def sign(row: Row) -> Any:
    """The chip of a source's health; of what people and tools bring, how it comes."""
    if row["kind"] in BROUGHT and row["health_now"] == Health.HEALTHY:
        return BROUGHT_BY[row["kind"]]
    return RETIRED if row["retired_at"] else HEALTH[row["health_now"]]


def seconds_text(seconds: float | None) -> str:
    """`1.4 s`, `3 minutes`; "" for what nobody knows."""
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds < 60 else duration_text(seconds)


def due_text(row: Row, now: datetime) -> str:
    """`in 12 minutes`, `now`, "" for what is not asked by itself."""
    if row["open_pull"]:
        return _("running")
    at = row["next_pull_at"]
    if at is None:
        return ""
    ahead = (at - now).total_seconds()
    return _("in %s") % duration_text(ahead) if ahead >= 60 else _("now") if ahead <= 0 else _("in less than a minute")


def headline(found: Faring) -> str:
    """`3 of 41 sources have brought nothing for longer than twice their interval`, or what else matters most."""
    late, stopped, failing = (found.by_health.get(one, 0) for one in (Health.LATE, Health.STOPPED, Health.FAILING))
    of = ngettext("%s source", "%s sources", found.total) % grouped(found.total)
    said = []
    if late:
        said.append(
            ngettext(
                "%(n)s of %(of)s has brought nothing for longer than twice its interval",
                "%(n)s of %(of)s have brought nothing for longer than twice their interval",
                late,
            )
            % {"n": grouped(late), "of": of}
        )
    if stopped or failing:
        words = _("%(n)s of %(of)s fail") if not late else _("%(n)s fail")
        said.append(words % {"n": grouped(stopped + failing), "of": of})
    if said:
        return ", ".join(said)
    return _healthy(found, of)


def _healthy(found: Faring, of: str) -> str:
    never, paused = (found.by_health.get(one, 0) for one in (Health.NEVER, Health.PAUSED))
    if not found.total:
        return ""
    if not never and not paused:
        return _("All %s bring what they should") % of if found.total > 1 else _("The one source brings what it should")
    rest = [
        ngettext("%s has brought nothing yet", "%s have brought nothing yet", never) % grouped(never) if never else "",
        ngettext("%s is paused", "%s are paused", paused) % grouped(paused) if paused else "",
    ]
    return ", ".join(filter(None, [of, *rest]))


def health_facts(row: Row, now: datetime) -> dict[str, Any]:
    """How one source fares: the chip, the error in full, and what to do next."""
    refused, stopped = str(row["error"] or "").startswith(NOT_ALLOWED), row["health_now"] == Health.STOPPED
    return {
        "sign": sign(row),
        "error": row["error"] or "",
        "todo": todo(row["failure"] or "") if not refused else "",
        "not_allowed": refused,
        "failures": row["failures"] or 0,
        "stopped_until": row["stopped_until"] if stopped else None,
        "stopped_for": _("in %s") % duration_text((row["stopped_until"] - now).total_seconds()) if stopped else "",
        "says": _says(row),
    }


def _says(row: Row) -> str:
    """What the state means, where no error says it."""
    waits = row["feeds_count"] or row["kind"] in BROUGHT
    return {
        Health.NEVER: _("Nothing has come yet.") if waits else _("Nothing is asked yet: give it a feed."),
        Health.LATE: _("Nothing came for longer than twice its interval, and nothing says why: look whether the workers run."),
        Health.PAUSED: _("Somebody paused it. Its evidence ages meanwhile."),
        Health.HEALTHY: "",
    }.get(row["health_now"], "")  # fmt: skip


def config_rows(row: Row, connector: Connector | None) -> list[dict[str, Any]]:
    """The connection, field by field; of a secret only whether it is set."""
    if connector is None:
        return []
    made = []
    for one in connector.fields:
        value = row["config"].get(one.name, "")
        if one.secret:
            is_set = one.name in row["secret_names"]
            if not is_set and _NEEDS.get(row["config"].get("auth", "")) != one.name:
                continue
            day = row["secrets_at"] and day_text(localdate(row["secrets_at"]), localdate())
            text = (_("set on %s") % day if day else _("set, never shown")) if is_set else _("not set")
        elif value in ("", None, {}, []):
            continue
        else:
            text = _value(value, one.kind, dict(one.choices))
        made.append({"label": translated(one.label), "text": text, "code": one.kind is FieldKind.URL, "secret": one.secret})
    return made


def _value(value: Any, kind: FieldKind, choices: Mapping[str, str]) -> str:
    if kind is FieldKind.PEM:
        return _("given")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{name}: {text}" for name, text in value.items())
    return translated(choices.get(str(value), "")) or str(value)


def schedule(row: Row) -> dict[str, str]:
    """How often, and what one pull may take."""
    return {
        "interval": str(_EVERY.get(row["interval_s"]) or _("every %s") % length_words(row["interval_s"])),
        "budget": _("%(s)d s and %(mb)d MB at a time") % {"s": row["deadline_s"], "mb": max(1, row["max_bytes"] // 2**20)},
    }


def trial(made: Trial) -> dict[str, Any]:
    """What a try found, for evidence/source_trial.html; it asks for itself again until it is over."""
    found = made.found
    return {
        "pk": made.pk,
        "url": reverse("evidence:trial", args=[made.pk]),
        "over": made.ended_at is not None,
        "kind": made.kind,
        "at": made.asked_at,
        "error": made.error,
        "field": made.field,
        "todo": "" if made.error.startswith(NOT_ALLOWED) else todo(made.failure),
        "not_allowed": made.error.startswith(NOT_ALLOWED),
        "version": found.get("version", ""),
        "facts": found.get("facts", []),
        "remarks": found.get("remarks", []),
        "readings": reading_rows(found.get("readings", [])),
        "choices": [_choice(made, value, label) for value, label in found.get("choices", [])],
        "into": made.asked.get("field", ""),
    }


def _choice(made: Trial, value: str, label: str) -> dict[str, str]:
    """What can be put into its field; a template starts the feed anew."""
    start = reverse("evidence:feed_new", args=[made.source_id])
    url = f"{start}?template=shipped:{value}" if made.asked.get("field") == "queries" else ""
    return {"value": value, "label": label, "url": url}


def reading_rows(readings: Iterable[Row]) -> list[dict[str, Any]]:
    """What a query brought when it was tried, in units that people read."""
    return [
        {
            "metric": metric_label(one["metric"]),
            "statistic": statistic_text(one["statistic"], one.get("percentile")),
            "value": value_text(one["metric"], one["value"], one.get("labels"), one.get("marks", 0)),
            "bound": bound_note(one.get("marks", 0)),
            "labels": label_chips(one.get("labels") or {}),
            "raw": one.get("raw", ""),
        }
        for one in readings
    ]


def kind_cards() -> list[dict[str, Any]]:
    """What can be connected, and what each gives."""
    return [
        {
            "kind": one.kind,
            "label": translated(one.label),
            "about": translated(one.about),
            "unproven": one.unproven,
            "url": f"{reverse('evidence:source_new')}?kind={one.kind}",
        }
        for one in registry.CONNECTORS
    ]


def csv_export(rows: Iterable[Row]) -> Iterator[str]:
    """CSV lines after a byte order mark, because spreadsheets take UTF-8 for something else without it."""
    yield "\ufeff"
    yield from csv_lines(EXPORTED, (_values(row) for row in rows))


def _values(row: Row) -> list[Any]:
    named = {
        **row, "unit": row["unit_name"], "health": row["health_now"], "last_ok_at": row["last_ok"], "feeds": row["feeds_count"],
        "address": row["config"].get("address", ""),
    }  # fmt: skip
    return [_cell(named[name]) for name in EXPORTED]


def _cell(value: Any) -> Any:
    return "" if value is None else value.isoformat() if isinstance(value, datetime) else value


EXPORTS: dict[str, tuple[Callable[[Iterable[Row]], Iterator[str]], str]] = {"csv": (csv_export, "text/csv; charset=utf-8")}
