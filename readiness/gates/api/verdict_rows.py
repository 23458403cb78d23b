"""The verdict for tooling as JSON and as a badge. The same state gives the same bytes: no time of asking stands in either."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from django.urls import reverse
from rest_framework.request import Request

from portfolio.kit import clock
from readiness.evidence.choices import Verdict
from readiness.gates.choices import OUTCOME_LABELS, Outcome
from readiness.gates.queries.passing import GateNow
from readiness.gates.rules.canonical import plain
from readiness.gates.rules.drift import Change, Why
from readiness.gates.rules.passing import Because
from readiness.gates.rules.passing import Why as Reason

_TEXTS = {
    Reason.CONDITION_OPEN: "A condition is open: {condition}",
    Reason.CONDITION_OVERDUE: "A condition is overdue: {condition}",
    Reason.CHANGED: "Evidence changed since the decision: {change}",
    Reason.CLOSED: "The initiative is closed.",
    Reason.NOT_DECIDED: "Nobody decided yet.",
    Reason.NO_REVIEW: "There is no review of this gate yet.",
    Reason.RECOMMENDED_AGAINST: "Nobody decided yet, and what is known speaks for {recommended}{criterion}",
}
_CHANGES = {
    Why.WORSE: "got worse", Why.BETTER: "got better", Why.OTHERWISE: "is judged otherwise", Why.AGED: "grew old",
    Why.WAIVER_ENDED: "lost its waiver", Why.FIGURE_FELL: "fell", Why.FIGURE_ROSE: "rose",
    Why.SCOPE_CHANGED: "is about other things now", Why.DEPENDENCY_LOST: "is not ready any more",
    Why.NOT_ASKED: "is not asked any more", Why.RECOMMENDATION: "turned",
}  # fmt: skip


def verdict_row(found: GateNow, request: Request) -> dict[str, Any]:
    """shapes.verdict.GateVerdict."""
    today = clock.today()
    return {
        "initiative": found.initiative.key, "initiative_id": found.initiative.pk, "initiative_name": found.initiative.name,
        "gate": found.gate, "gate_name": found.gate_name, "met": found.passing.met, "verdict": found.passing.verdict.value,
        "reasons": [_reason(one, found) for one in found.passing.because],
        "decision": _decision(found),
        "recommendation": found.judged.recommendation.plain() if found.judged else None,
        "review": _running(found),
        "conditions": _conditions(found, today),
        "expires_at": found.expires_at,
        "changed_since": [_change(one, found.texts) for one in found.changes],
        "url": request.build_absolute_uri(_page(found)),
    }  # fmt: skip


def _decision(found: GateNow) -> dict[str, Any] | None:
    row = found.decision
    if row is None:
        return None
    told = {name: getattr(row, name) for name in ("id", "outcome", "at", "review_id", "round", "hash")}
    return told | {"by": str(row.by)}


def _running(found: GateNow) -> dict[str, Any] | None:
    row, judged = found.running, found.judged
    if row is None or judged is None:
        return None
    return {name: getattr(row, name) for name in ("id", "state", "round", "scheduled_at")} | {"ready": judged.ready}


def _conditions(found: GateNow, today: date) -> list[dict[str, Any]]:
    return [
        {"id": one.id, "text": one.text, "owner": found.owners[one.owner], "due": one.due, "state": one.state(today).value}
        for one in found.conditions
    ]


def _page(found: GateNow) -> str:
    review = found.running.pk if found.running else found.decision.review_id if found.decision else None
    if review is None:
        return reverse("initiatives:detail", args=[found.initiative.pk])
    return reverse("gates:review", args=[review])


def _reason(one: Because, found: GateNow) -> dict[str, Any]:
    return {"code": one.why.value, "text": _text(one, found), "criterion": one.criterion or None}


def _text(one: Because, found: GateNow) -> str:
    if one.why not in _TEXTS:
        return f"{OUTCOME_LABELS[Outcome(one.why.removesuffix('_in_effect'))]} is in effect."
    texts = {condition.id: condition.text for condition in found.conditions}
    advised = found.judged.recommendation.outcome if found.judged else Outcome.HOLD
    criterion = f": {found.texts.get(one.criterion, one.criterion)}" if one.criterion else ""
    said = _TEXTS[one.why].format(
        condition=texts.get(one.condition or 0, ""), change=_changed(one.change, found.texts) if one.change else "",
        recommended=OUTCOME_LABELS[advised], criterion=criterion,
    )  # fmt: skip
    return said if said.endswith(".") else f"{said}."


def _change(one: Change, texts: Mapping[str, str]) -> dict[str, Any]:
    return {
        "why": one.why.value, "key": one.key, "figure": one.figure, "before": plain(one.before), "after": plain(one.after),
        "material": one.material, "text": _changed(one, texts),
    }  # fmt: skip


def _changed(one: Change, texts: Mapping[str, str]) -> str:
    """`The load is known. (met, now unknown)`"""
    what = {Why.RECOMMENDATION: "the recommendation", Why.DEPENDENCY_LOST: "a dependency"}.get(one.why, "")
    what = what or texts.get(one.key, one.key)
    figure = f"{one.figure} " if one.figure else ""
    return f"{what.rstrip('.')}: {figure}{_CHANGES[one.why]} ({_word(one.before)}, now {_word(one.after)})"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "ready" if value else "not ready"
    if isinstance(value, float):
        return f"{value:.2f}"
    return "nobody knows" if value is None else str(value).replace("_", " ")


# Words and colours of the badge: white on each has a contrast of at least 4.5.
_SIGNS = {
    Verdict.MET: ("met", "#1a7f37"), Verdict.WARNING: ("met, conditions open", "#8a5a00"),
    Verdict.NOT_MET: ("not met", "#b42318"), Verdict.UNKNOWN: ("unknown", "#57606a"),
    Verdict.STALE: ("stale: evidence changed", "#6b4fbb"),
}  # fmt: skip
_MOST = 40  # signs of a gate's name that are shown; the title has all
_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{name}: {word}">
<title>{title}</title>
<rect width="{width}" height="20" rx="3" fill="#30363d"/>
<path fill="{colour}" d="M{left} 0h{inner}a3 3 0 0 1 3 3v14a3 3 0 0 1 -3 3h-{inner}z"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{name_at}" y="14" textLength="{name_wide}" lengthAdjust="spacingAndGlyphs">{name}</text>
<text x="{word_at}" y="14" textLength="{word_wide}" lengthAdjust="spacingAndGlyphs">{word}</text>
</g>
</svg>
"""


def badge(found: GateNow) -> str:
    """SVG without a script, a style or anything fetched."""
    word, colour = _SIGNS[found.passing.verdict]
    whole = _shown(found.gate_name)
    name = whole if len(whole) <= _MOST else whole[: _MOST - 1] + "…"
    name_wide, word_wide = _wide(name), _wide(word)
    left, right = name_wide + 12, word_wide + 12
    title = f"{found.initiative.key}, {whole}: {word}"
    return _SVG.format(
        width=left + right, inner=right - 3, left=left, colour=colour, name=_quoted(name), word=_quoted(word),
        title=_quoted(title), name_at=left // 2, name_wide=name_wide, word_at=left + right // 2, word_wide=word_wide,
    )  # fmt: skip


def _shown(text: str) -> str:
    """Without what XML cannot hold or no reader shows."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cs", "Cn")) or "gate"


def _wide(text: str) -> int:
    """About how wide it is at 11 px; the text is fitted to it."""
    return sum(11 if unicodedata.east_asian_width(sign) in "WF" else 7 for sign in text)


def _quoted(text: str) -> str:
    return escape(text, {'"': "&quot;"})
