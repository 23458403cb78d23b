"""What an embedded panel says: figures, stages and risk bands as plain rows, each with its base. No initiative is named."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL
from portfolio.finance.tables.labels import amount
from portfolio.initiatives.choices import RISK_LABELS, RiskBand
from portfolio.kit.templatetags.ui_text import grouped, interval, percent
from readiness.dashboards.rules.figures import HERE, Gate
from readiness.dashboards.rules.money import Spent
from readiness.dashboards.tables import summary
from readiness.dashboards.tables.links import Links
from readiness.dashboards.tables.stages import source_of
from readiness.outlets.choices import PanelKind
from readiness.outlets.services.panels.showing import Shown, Spend

Row = dict[str, Any]
_WITH_STRIP = (PanelKind.STRIP, PanelKind.ALL)
_WITH_FLOW = (PanelKind.FLOW, PanelKind.ALL)
_WITH_RISK = (PanelKind.RISK, PanelKind.ALL)
PUBLISHED = "poc-to-production-scrapped"


def panel_context(shown: Shown) -> Row:
    """The parts that the panel's kind names; the others are None."""
    kind, panel = PanelKind(shown.panel.kind), shown.panel
    counts, stalled = shown.figures.counts, shown.figures.history.stalled
    return {
        "title": panel.name, "unit": panel.unit.name if panel.unit else _("Whole organisation"), "now": shown.now,
        "demo": panel.demo, "headline": summary.headline(counts, stalled) if counts.total else _("No initiative yet."),
        "figures": _figures(shown) if kind in _WITH_STRIP else None, "flow": _flow(shown) if kind in _WITH_FLOW else None,
        "risk": _risk(shown) if kind in _WITH_RISK else None,
    }  # fmt: skip


def _figures(shown: Shown) -> list[Row]:
    """At most five; with amounts what is spent takes the place of what is unknown."""
    found = summary.strip(shown.figures, Links([]), money=shown.spend is not None)
    if (spend := shown.spend) is not None:
        found = [*found[:3], _spent(_("Spent, in flight"), spend.flying, spend), _spent(_("Sunk"), spend.sunk, spend)]
    return [{key: one.get(key) for key in ("label", "value", "base", "interval", "reference")} for one in found[:5]]


def _spent(label: str, spent: Spent | None, spend: Spend) -> Row:
    """Readers of a panel hold no role: a sum over one initiative would tell them its amount."""
    known, n = (spent.known, spent.initiatives) if spent else (0, 0)
    base = _("%(known)s of %(n)s have an amount") % {"known": grouped(known), "n": grouped(n)}
    if spent is None or spent.amount is None or known < FEWEST_IN_A_TOTAL:
        return {"label": label, "value": None, "base": base, "reference": _("told from two amounts on")}
    said = amount(spent.amount, spend.currency)
    return {"label": label, "value": said if spent.sure else _("at least %s") % said, "base": base}


def _flow(shown: Shown) -> Row:
    flow = next((one for one in shown.figures.history.flows if one.stages), None)
    if flow is None:
        return {"rows": [], "name": "", "left_out": 0}
    gates = {gate.stage.stage: gate for gate in flow.gates()}
    counts = [flow.ends.get((stage.stage, HERE), 0) for stage in flow.stages]
    most = max(counts, default=0)
    rows = [
        {"label": stage.name, "n": grouped(n), "width": _width(n, most), "more": _went_on(gates.get(stage.stage))}
        for stage, n in zip(flow.stages, counts, strict=True)
    ]
    return {"rows": rows, "name": flow.name, "left_out": flow.unrecorded}


def _went_on(gate: Gate | None) -> str:
    if gate is None:
        return ""
    share = gate.share
    if share is None:
        return _("nobody left yet")
    ends = interval(round(100 * share.low), round(100 * share.high), "%")
    return _("%(share)s went on (%(part)s of %(whole)s, 95 %% interval %(ends)s)") % {
        "share": percent(share.part, share.whole), "part": grouped(share.part), "whole": grouped(share.whole), "ends": ends,
    }  # fmt: skip


def _risk(shown: Shown) -> Row:
    """Bands of figures where initiatives have any, and always the published reference class with its interval."""
    risk, reference = shown.risk, shown.figures.references.get(PUBLISHED)
    missing = max(shown.figures.counts.in_flight - risk.total, 0)
    counts = [(str(_(RISK_LABELS[band])), risk.bands[band.value], "") for band in RiskBand]
    counts.append((_("Without a figure"), missing, "unknown"))
    most = max(n for _label, n, _tone in counts)
    prior = shown.figures.risk
    ends = interval(round(100 * prior.low), round(100 * prior.high), "%")
    said = _("Published reference class: %(value)s abandoned before production within %(months)d months, 80 %% interval %(ends)s")
    return {
        "rows": [{"label": label, "n": grouped(n), "width": _width(n, most), "tone": tone} for label, n, tone in counts],
        "total": risk.total, "on": risk.on, "months": risk.months,
        "prior": said % {"value": percent(prior.value, 1), "months": prior.horizon_months, "ends": ends},
        "source": source_of(reference) if reference else "",
    }  # fmt: skip


def _width(n: int, most: int) -> str:
    """Of a bar, in hundredths, as an SVG attribute takes it."""
    return f"{100 * n / most:.1f}" if most else "0"
