"""Feeds as rows: what is asked, of what it is evidence, up to where it was read; and what a try of one brought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readiness.connectors.live import Connector, FieldKind
from readiness.evidence.tables.deliveries import ago, subject
from readiness.evidence.tables.labels import metric_label, translated
from readiness.evidence.tables.values import environment_chips

Row = Mapping[str, Any]
METRICS_SHOWN = 4


def feed_rows(rows: Iterable[Row], connector: Connector | None, now: datetime) -> list[dict[str, Any]]:
    """Rows of queries.sources.feeds_of as the source's page shows them."""
    return [
        {
            **row,
            "edit_url": reverse("evidence:feed", args=[row["id"]]),
            "asks": asks(row["ask"], connector),
            "metrics": metrics(row["ask"]),
            "chips": environment_chips(row["environment"]),
            "read_ago": ago(row["read_to"], now) if row["read_to"] else "",
            **subject({**row, "way": ""}),
        }
        for row in rows
    ]


def asks(ask: Row, connector: Connector | None) -> str:
    """What is asked, field by field in one line, without the lists of queries."""
    made = []
    for one in connector.ask_fields if connector else ():
        value = ask.get(one.name)
        if value in (None, "", {}, []) or one.kind is FieldKind.QUERIES or value == one.default:
            continue
        label = translated(one.label).partition(" (")[0]
        made.append(f"{label}: {_text(value)}")
    return "; ".join(made)


def metrics(ask: Row) -> list[str]:
    """The metrics that its queries bring, the first few of them, and how many more."""
    found = dict.fromkeys(
        metric_label(str(entry.get("metric", "")))
        for value in ask.values()
        if isinstance(value, list)
        for entry in value
        if isinstance(entry, Mapping) and entry.get("metric")
    )
    shown = list(found)[:METRICS_SHOWN]
    hidden = len(found) - len(shown)
    return [*shown, ngettext("%d more", "%d more", hidden) % hidden] if hidden > 0 else shown


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}{text}" if name[-1:] in "=~" else f"{name} = {text}" for name, text in value.items())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:g}" if isinstance(value, float) else str(value)
