"""Where initiatives run and how it is bought, beside what others report; and the table of units."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from portfolio.initiatives.choices import VENUE_LABELS, Venue
from portfolio.kit.templatetags.ui_text import grouped, interval, percent
from readiness.core.stats.proportions import Share
from readiness.dashboards.rules.figures import FUNCTIONS, Mix, PortfolioFigures, Record, Reference, UnitCounts
from readiness.dashboards.tables.links import ABANDONED, OPEN, Links
from readiness.dashboards.tables.stages import source_of

Chart = dict[str, Any]
Row = dict[str, Any]
_VENUE_COLORS = {
    Venue.PUBLIC_CLOUD: "stage-5",
    Venue.HYBRID: "stage-4",
    Venue.COLOCATION: "stage-3",
    Venue.ON_PREMISES: "stage-2",
    Venue.EDGE: "stage-1",
    Venue.UNKNOWN: "v-unknown",
}


def _function_labels() -> dict[str, str]:
    return {"storage": _("Storage"), "training": _("Training"), "inference": _("Inference")}


def venue_chart(figures: PortfolioFigures, links: Links) -> Chart:
    """Open initiatives by venue, per function; unknown is a part of its own."""
    labels = _function_labels()
    series = []
    for venue, color in _VENUE_COLORS.items():
        data = []
        for name in FUNCTIONS:
            mix = figures.venues[name]
            count = mix.unknown if venue is Venue.UNKNOWN else mix.answers.get(venue, 0)
            data.append({"value": count, "url": links.rows(status=OPEN, **{f"venue_{name}": str(venue)})})
        if any(cell["value"] for cell in data):
            series.append({"name": str(VENUE_LABELS[venue]), "color": color, "data": data})
    unknown = ", ".join(f"{labels[name].lower()} {grouped(figures.venues[name].unknown)}" for name in FUNCTIONS)
    return {
        "kind": "bar",
        "stacked": True,
        "title": _("Own venue mix per function"),
        "unit": "",
        "category_label": _("Function"),
        "categories": [labels[name] for name in FUNCTIONS],
        "series": series,
        "summary": _("%(n)s open initiatives; nobody has said where they run for: %(unknown)s.")
        % {"n": grouped(figures.counts.open), "unknown": unknown},
        "source": _("declared venues of open initiatives"),
    }


def cloud_chart(figures: PortfolioFigures, links: Links) -> Chart:
    """Share of the public cloud among known venues beside the published shares."""
    labels, own, published = _function_labels(), [], []
    for name in FUNCTIONS:
        mix, reference = figures.venues[name], figures.references.get(f"public-cloud-{name}")
        own.append(
            _cell(mix.share(Venue.PUBLIC_CLOUD), mix) | {"url": links.rows(status=OPEN, **{f"venue_{name}": "public_cloud"})}
        )
        published.append(
            {"value": round(100 * reference.value) if reference else None, "base": source_of(reference) if reference else ""}
        )
    known = ", ".join(f"{labels[name]} {cell['base']}" for name, cell in zip(FUNCTIONS, own, strict=True))
    return {
        "kind": "bar",
        "title": _("Public cloud, own and published"),
        "unit": "%",
        "max": 100,
        "category_label": _("Function"),
        "categories": [labels[name] for name in FUNCTIONS],
        "series": [
            {"name": _("Own, of known venues"), "color": "accent", "data": own},
            {"name": _("Published"), "color": "line-strong", "data": published},
        ],
        "summary": _("In public cloud: %(known)s.") % {"known": known},
        "source": source_of(figures.references["public-cloud-storage"]) if "public-cloud-storage" in figures.references else "",
    }


def _cell(share: Share | None, mix: Mix) -> Row:
    if share is None:
        return {"value": None, "base": _("none known, %(n)s unknown") % {"n": grouped(mix.unknown)}}
    return {
        "value": round(100 * share.value, 1),
        "low": round(100 * share.low, 1),
        "high": round(100 * share.high, 1),
        "base": base_text(share),
    }


def base_text(share: Share) -> str:
    return _("%(part)s of %(whole)s") % {"part": grouped(share.part), "whole": grouped(share.whole)}


def answers_chart(figures: PortfolioFigures, links: Links) -> Chart:
    """Containerised and in the IT plan: yes, no, unknown, as counts of open initiatives."""
    boxed, bought = figures.containerised, figures.procurement
    cells = (
        (_("Yes"), "stage-4", (boxed.answers.get("yes", 0), bought.answers.get("in_plan", 0)), ("yes", "in_plan")),
        (_("No"), "stage-1", (boxed.answers.get("no", 0), bought.answers.get("separate", 0)), ("no", "separate")),
        (_("Unknown"), "v-unknown", (boxed.unknown, bought.unknown), ("unknown", "unknown")),
    )
    names = ("containerised", "procurement_route")
    return {
        "kind": "bar",
        "stacked": True,
        "title": _("Containerised, and bought within the IT plan"),
        "category_label": _("Question"),
        "categories": [_("Containerised"), _("In the IT plan")],
        "series": [
            {
                "name": label,
                "color": color,
                "data": [
                    {"value": value, "url": links.rows(status=OPEN, **{name: answer})}
                    for name, value, answer in zip(names, values, answers, strict=True)
                ],
            }
            for label, color, values, answers in cells
        ],
        "summary": " ".join(
            (
                _beside(_("Containerised"), boxed.share("yes"), boxed, figures.references.get("containerised")),
                _beside(
                    _("Bought apart from the IT plan"),
                    bought.share("separate"),
                    bought,
                    figures.references.get("separate-purchasing"),
                ),
            )
        ),
        "source": _("declared answers of open initiatives"),
    }


def _beside(label: str, share: Share | None, mix: Mix, reference: Reference | None) -> str:
    """`Containerised: 64 % (16 of 25 known, 7 unknown); published: 68 % (451 Alliance).`"""
    own = percent(share.part, share.whole) if share else _("nothing known")
    base = _("%(part)s of %(whole)s known, %(unknown)s unknown") % {
        "part": grouped(share.part if share else 0),
        "whole": grouped(mix.known),
        "unknown": grouped(mix.unknown),
    }
    published = f"; {_('published')}: {percent(reference.value, 1)} ({reference.source})" if reference else ""
    return f"{label}: {own} ({base}){published}."


def comparison(figures: PortfolioFigures, record: Record | None) -> list[Row]:
    """Own figures beside published ones. Bases differ, so nothing is multiplied and every row names both."""
    rows = []
    if record is not None:
        so_far = _("of those seen beyond the first stage, so far")
        rows.append(("poc-to-production-scrapped", _("Abandoned before production"), record.abandoned_share, so_far, 0))
        rows.append(("pilots-in-production", _("Reached production"), record.produced_share, so_far, 0))
    labels = _function_labels()
    for name in FUNCTIONS:
        mix = figures.venues[name]
        label = _("Public cloud: %(function)s") % {"function": labels[name].lower()}
        rows.append((f"public-cloud-{name}", label, mix.share(Venue.PUBLIC_CLOUD), _("of known venues"), mix.unknown))
    boxed, bought = figures.containerised, figures.procurement
    known = _("of known answers")
    rows.append(("containerised", _("Containerised"), boxed.share("yes"), known, boxed.unknown))
    rows.append(("separate-purchasing", _("Bought apart from the IT plan"), bought.share("separate"), known, bought.unknown))
    return [_compared(figures, *row) for row in rows]


def _compared(figures: PortfolioFigures, key: str, label: str, share: Share | None, base: str, unknown: int) -> Row:
    reference = figures.references.get(key)
    return {
        "label": label,
        "own": percent(share.part, share.whole) if share else None,
        "interval": interval(round(100 * share.low), round(100 * share.high), "%") if share else "",
        "base": f"{base_text(share)} {base}" if share else "",
        "without": _("nothing known") if unknown else _("nobody followed to an end yet"),
        "unknown": unknown,
        "published": percent(reference.value, 1) if reference else "",
        "says": reference.label if reference else "",
        "source": source_of(reference) if reference else "",
        "population": reference.population if reference else "",
    }


def unit_rows(units: tuple[UnitCounts, ...], links: Links) -> list[Row]:
    """A row per unit; its name narrows the page, its counts lead to the initiatives."""
    return [
        {
            "name": unit.name,
            "own": unit.own,
            "url": "" if unit.own else links.page(unit=str(unit.id)),
            "total": (unit.counts.total, links.rows(unit=str(unit.id))),
            "in_flight": (unit.counts.in_flight, links.rows(unit=str(unit.id), stage_kind="before_production", status=OPEN)),
            "reached": (unit.counts.reached, links.rows(unit=str(unit.id), stage_kind="production")),
            "abandoned": (unit.counts.abandoned, links.rows(unit=str(unit.id), closure=ABANDONED)),
            "unknown": (unit.counts.unknown_stage, links.rows(unit=str(unit.id), stage="unknown", status=OPEN)),
        }
        for unit in units
    ]
