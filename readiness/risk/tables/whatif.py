"""The right side of the what-if: before and after of sizing, verdicts, gate and risk, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from readiness.core.risk.counterfactual import Change
from readiness.evidence.choices import Verdict
from readiness.gates.rules.scores import Score
from readiness.gates.tables.recommendation import headline
from readiness.gates.tables.words import OUTCOMES
from readiness.risk.rules.drivers import DRIVERS
from readiness.risk.rules.explaining import Figure
from readiness.risk.rules.whatif.gate import Ruled, Turned
from readiness.risk.rules.whatif.outcome import Outcome
from readiness.risk.rules.whatif.world import World
from readiness.risk.tables.explained import answer_text, points, share, span
from readiness.risk.tables.whatif_fields import label_of_name, wrong_text
from readiness.sizing.tables import words
from readiness.sizing.tables.live import amounts
from readiness.workloads.rules.metrics import METRICS

Row = dict[str, Any]
VERDICTS = {
    Verdict.MET: gettext_lazy("met"), Verdict.WARNING: gettext_lazy("warning"), Verdict.NOT_MET: gettext_lazy("not met"),
    Verdict.UNKNOWN: gettext_lazy("unknown"), Verdict.STALE: gettext_lazy("stale"),
    Verdict.WAIVED: gettext_lazy("waived"), Verdict.NOT_APPLICABLE: gettext_lazy("not applicable"),
}  # fmt: skip


def sentence(found: Outcome) -> str:
    """What the suppositions come to, in one line."""
    if found.wrong:
        return _("Correct the marked fields to see what follows.")
    count = len(found.asked.texts)
    if not count:
        return _("Nothing is supposed yet: change a value, and what follows stands here.")
    parts = [ngettext("%(n)s change", "%(n)s changes", count) % {"n": count}]
    if found.gate is not None:
        before, after = (str(OUTCOMES[one.recommendation.outcome][0]) for one in found.gate)
        parts.append(_("gate: %(after)s as before") % {"after": after} if before == after else f"{before} → {after}")
    if found.risk is not None:
        parts.append(_risk_words(found.risk.before, found.risk.after))
    return "; ".join(parts)


def _risk_words(before: Figure, after: Figure) -> str:
    if share(before.value) == share(after.value):
        return _("risk stays at %s") % share(after.value)
    return _("risk %(before)s → %(after)s") % {"before": share(before.value), "after": share(after.value)}


def groups(world: World, found: Outcome) -> list[Row]:
    """Tables of {label, before, after, note, changed}, one for each of the four answers."""
    made = [
        {"key": "risk", "title": _("Risk of abandonment"), "rows": risk_rows(found)},
        {"key": "gate", "title": _("Gate recommendation"), "rows": gate_rows(world, found)},
        {"key": "sizing", "title": _("Sizing"), "rows": sizing_rows(found)},
        {"key": "verdicts", "title": _("Requirements"), "rows": verdict_rows(found)},
    ]
    return [one for one in made if one["rows"]]


def _row(label: str, before: str, after: str, note: str = "") -> Row:
    return {"label": label, "before": before, "after": after, "note": note, "changed": before != after}


def risk_rows(found: Outcome) -> list[Row]:
    risk = found.risk
    if risk is None:
        return []
    rows = [_row(_("Figure that is shown"), _figure(risk.before), _figure(risk.after), _difference(risk.change))]
    if risk.full_before is not None and risk.full_after is not None:
        note = _difference(risk.full_change)
        rows.append(_row(_("If these opinions hold"), _figure(risk.full_before), _figure(risk.full_after), note))
    for place, (old, new) in found.answers.items():
        rows.append(_row(_(DRIVERS[place].label), answer_text(old), answer_text(new), _("driver")))
    return rows


def _figure(figure: Figure) -> str:
    return f"{share(figure.value)} [{span(figure.low, figure.high)}]"


def _difference(change: Change | None) -> str:
    if change is None:
        return ""
    return _("%(points)s points [%(low)s to %(high)s]") % {
        "points": points(100 * change.difference), "low": points(100 * change.low), "high": points(100 * change.high),
    }  # fmt: skip


def gate_rows(world: World, found: Outcome) -> list[Row]:
    if found.gate is None or world.gate is None:
        return []
    before, after = found.gate
    rows = [
        _row(world.gate.gate.name, _outcome(before), _outcome(after), _why(after)),
        _row(_("Score of should-meet criteria"), _score(before.recommendation.score), _score(after.recommendation.score)),
    ]
    old = {one.criterion.key: one for one in before.judged}
    turned = (one for one in after.judged if old[one.criterion.key].verdict is not one.verdict)
    rows.extend(
        _row(one.criterion.text, _verdict(old[one.criterion.key].verdict), _verdict(one.verdict), _("criterion"))
        for one in turned
    )
    return rows


def _outcome(one: Ruled) -> str:
    return str(OUTCOMES[one.recommendation.outcome][0])


def _why(one: Ruled) -> str:
    return str(headline(one.recommendation.plain()))


def _score(score: Score) -> str:
    low, high = share(float(score.low)), share(float(score.high))
    return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}


def sizing_rows(found: Outcome) -> list[Row]:
    rows: list[Row] = []
    for one in found.turned.values():
        before, after = one.before.live.main, one.after.live.main
        rows.append(_row(one.one.name, words.need(before), words.need(after)))
        rows.append(_row(_("Headroom"), *(str(VERDICTS[Verdict(side.standing.verdict.value)]) for side in (before, after))))
        if before.cost is not None or after.cost is not None:
            costs = (_cost(side) for side in (before, after))
            rows.append(_row(_("Cost a month"), *costs))
    return rows


def _cost(one: Any) -> str:
    per_month = one.cost.per_month if one.cost is not None else None
    return str(_("unknown")) if per_month is None else f"{amounts(per_month)} {one.price.currency}"


def verdict_rows(found: Outcome) -> list[Row]:
    """Counts first, then each requirement that turns."""
    before, after = found.verdicts
    rows = [_row(_("All requirements"), _counts(before), _counts(after))] if before or after else []
    for one in found.turned.values():
        rows += [_turned(one, pk) for pk in one.requirements]
        rows += [_row(_metric(one, pk), _verdict(one.before.judged[pk].verdict), _("no longer asked")) for pk in one.after.gone]
    return rows


def _turned(one: Turned, pk: int) -> Row:
    old, new = one.before.judged.get(pk), one.after.judged[pk]
    note = (
        _("target %(target)s") % {"target": f"{new.wanted.target:g} {new.wanted.unit}"} if new.wanted.target is not None else ""
    )
    return _row(_metric(one, pk), _said(old), _said(new), note)


def _said(told: Any) -> str:
    if told is None:
        return str(_("not asked"))
    head = "" if told.headroom is None else f", {_('headroom')} {points(100 * told.headroom, 0)} %"
    return f"{_verdict(told.verdict)}{head}"


def _verdict(verdict: Verdict) -> str:
    return str(VERDICTS[verdict])


def _metric(one: Turned, pk: int) -> str:
    told = one.after.judged.get(pk) or one.before.judged[pk]
    return _(METRICS[told.wanted.metric].label)


def _counts(counted: Mapping[Verdict, int]) -> str:
    return ", ".join(f"{counted[verdict]} {VERDICTS[verdict]}" for verdict in Verdict if counted.get(verdict)) or _("none")


def change_rows(world: World, found: Outcome) -> list[Row]:
    """What is supposed, and what of it cannot be taken."""
    names = dict.fromkeys((*found.asked.texts, *found.wrong))
    return [
        {
            "name": name, "label": label_of_name(name, world), "text": found.asked.texts.get(name, ""),
            "wrong": wrong_text(found.wrong[name], name) if name in found.wrong else "",
        }
        for name in names
    ]  # fmt: skip


def side_by_side(columns: Sequence[tuple[str, World, Outcome]]) -> list[Row]:
    """Rows of {label, base, cells} over several scenarios: what each comes to beside how it stands."""
    if not columns:
        return []
    cells = [_cells(world, found) for _name, world, found in columns]
    labels = dict.fromkeys(label for one in cells for label in one)
    return [
        {
            "label": label, "base": next(one[label][0] for one in cells if label in one),
            "cells": [_cell(one.get(label)) for one in cells],
        }
        for label in labels
    ]  # fmt: skip


def _cell(ends: tuple[str, str] | None) -> Row:
    return {"text": "", "changed": False} if ends is None else {"text": ends[1], "changed": ends[0] != ends[1]}


def _cells(world: World, found: Outcome) -> dict[str, tuple[str, str]]:
    made: dict[str, tuple[str, str]] = {}
    for group in groups(world, found):
        for row in _leading(group):
            made[str(row["label"])] = (row["before"], row["after"])
    return made


def _leading(group: Row) -> Iterable[Row]:
    """Rows that every scenario has: figures, recommendation and score, needs, counts."""
    rows: list[Row] = group["rows"]
    if group["key"] == "sizing":
        return [row for row in rows if row["label"] != _("Headroom")]
    return rows[: {"risk": 2, "gate": 2, "verdicts": 1}[group["key"]]]
