"""The flow through the stages of the largest lifecycle: who stands where, and how many went on."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.templatetags.ui_text import grouped, interval, percent
from readiness.core.stats.proportions import Share
from readiness.dashboards.rules.figures import HERE, Flow, Gate, PortfolioFigures
from readiness.meetings.rules.packs.texts import shortened
from readiness.outlets.rules.page import Block, Stage

_NAME = 26
MOST = 8  # stages of a lifecycle that have room


def main_flow(figures: PortfolioFigures) -> Flow | None:
    return next((flow for flow in figures.history.flows if flow.stages), None)


def flow_block(figures: PortfolioFigures) -> Block:
    flow = main_flow(figures)
    title = _("Flow through the stages")
    if flow is None:
        return Block(title=title, lead=_("No initiative here has a recorded stage yet, so nothing flows."))
    return Block(title=title, lead=_lead(flow), notes=tuple(_notes(figures, flow)))


def _lead(flow: Flow) -> str:
    record = flow.record()
    if not record.followed:
        return _("Nobody has been followed to an end yet: this is where initiatives stand, not how they got there.")
    said = _(
        "Of %(started)s that went beyond the first stage %(produced)s reached production, %(abandoned)s were abandoned%(how)s."
    )
    return said % {
        "started": grouped(record.started), "produced": grouped(record.produced), "abandoned": grouped(record.abandoned),
        "how": f" ({shown})" if (shown := share_text(record.abandoned_share)) else "",
    }  # fmt: skip


def _notes(figures: PortfolioFigures, flow: Flow) -> list[str]:
    others = [one for one in figures.history.flows if one is not flow and one.stages]
    notes = [
        _("Went on: of those that left the stage one way or the other, with Wilson's 95 % interval."),
        _("Counted from the first stage recorded: what failed before a register began is missing, so early gates look too good."),
    ]
    if others:
        n = sum(one.initiatives for one in others)
        left = ngettext("%s initiative follows another template.", "%s initiatives follow other templates.", n) % grouped(n)
        notes.append(f"{_('Template “%s”.') % flow.name} {left}")
    if flow.unrecorded:
        notes.append(_("%s were never recorded in a stage and are left out.") % grouped(flow.unrecorded))
    return notes


def stages(figures: PortfolioFigures) -> tuple[Stage, ...]:
    flow = main_flow(figures)
    if flow is None:
        return ()
    counts = [flow.ends.get((stage.stage, HERE), 0) for stage in flow.stages]
    most, gates = max(counts, default=0), {gate.stage.stage: gate for gate in flow.gates()}
    made = (_stage(stage.name, n, most, gates.get(stage.stage)) for stage, n in zip(flow.stages, counts, strict=True))
    return tuple(made)[:MOST]


def _stage(name: str, here: int, most: int, gate: Gate | None) -> Stage:
    share = gate.share if gate else None
    went_on = "" if gate is None else _("nobody left yet")
    if share is not None:
        went_on = _("%(part)s of %(whole)s went on") % {"part": grouped(share.part), "whole": grouped(share.whole)}
    return Stage(
        name=shortened(name, _NAME), here=grouped(here), bar=round(here / most, 3) if most else 0.0, went_on=went_on,
        interval=share_text(share),
    )  # fmt: skip


def share_text(share: Share | None) -> str:
    """`38 %, 95 % interval 25-52 %`; "" where there is nothing to take a share of."""
    if share is None:
        return ""
    ends = interval(round(100 * share.low), round(100 * share.high), "%")
    return _("%(share)s, 95 %% interval %(ends)s") % {"share": percent(share.part, share.whole), "ends": ends}
