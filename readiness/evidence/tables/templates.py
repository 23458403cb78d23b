"""Query templates as rows: what each asks, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readiness.connectors.contract import Statistic
from readiness.connectors.prometheus.templates import Pack, packs
from readiness.evidence.rules.words import statistic
from readiness.evidence.tables.labels import STATISTICS, metric_label, translated
from readiness.workloads.tables.requirements import length_words


def shipped_rows() -> list[dict[str, Any]]:
    return [shipped_row(pack) for pack in packs()]


def shipped_row(pack: Pack) -> dict[str, Any]:
    return {
        "key": pack.key,
        "name": translated(pack.name),
        "about": translated(pack.about),
        "count": len(pack.queries),
        "metrics": metrics_of(pack.queries),
        "url": reverse("evidence:template_shipped", args=[pack.key]),
        "copy_url": f"{reverse('evidence:template_new')}?from=shipped:{pack.key}",
    }


def own_rows(rows: Iterable[Mapping[str, Any]], editable: Iterable[str]) -> list[dict[str, Any]]:
    """`editable`: unit paths under which the reader may change templates."""
    names = {pack.key: translated(pack.name) for pack in packs()}
    prefixes = tuple(editable)
    return [
        dict(row)
        | {
            "url": reverse("evidence:template", args=[row["id"]]),
            "may_edit": row["unit_path"].startswith(prefixes) if prefixes else False,
            "made_from": names.get(row["based_on"], ""),
        }
        for row in rows
    ]


def metrics_of(queries: Iterable[Mapping[str, Any]]) -> list[str]:
    """The metrics that it brings, each once, in its order."""
    return list(dict.fromkeys(metric_label(str(query.get("metric", ""))) for query in queries))


def query_rows(queries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What each query is, for reading."""
    return [
        {
            "metric": metric_label(str(query.get("metric", ""))),
            "statistic": _statistic(query),
            "unit": query.get("unit", ""),
            "window": _window(query.get("window_s")),
            "query": query.get("query", ""),
            "coverage": query.get("coverage", ""),
            "means": translated(str(query.get("means", ""))),
        }
        for query in queries
    ]


def _window(seconds: float | None) -> str:
    if seconds is None:
        return _("the step")
    return length_words(seconds) if seconds else _("the moment")


def _statistic(query: Mapping[str, Any]) -> str:
    name = str(query.get("statistic") or Statistic.POINT)
    return statistic(name, query.get("percentile")) if name == Statistic.PERCENTILE else str(STATISTICS.get(name, name))


def headline(own: int) -> str:
    shipped = ngettext("%d template is shipped", "%d templates are shipped", len(packs())) % len(packs())
    return shipped + (ngettext(", %d is your own", ", %d are your own", own) % own if own else "")
