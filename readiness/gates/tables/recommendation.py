"""What is recommended, the rule that fired and the criteria that fired it in words, and the score between its thresholds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from readiness.gates.choices import Outcome
from readiness.gates.rules.recommend import Cause, Turned
from readiness.gates.tables.reasons import share, span
from readiness.gates.tables.words import OUTCOMES, Text, outcome

Row = Mapping[str, Any]
BAR_WIDTH = 240
RULES: dict[int, Text] = {
    1: gettext_lazy("Rule 1, Kill: a criterion that blocks can never be met."),
    2: gettext_lazy("Rule 2, Recycle: a criterion that blocks is not met, or the score cannot reach the warning line."),
    3: gettext_lazy("Rule 3, Hold: a criterion that blocks is unknown or stale, the score is uncertain, or a dependency waits."),
    4: gettext_lazy("Rule 4, Conditional Go: the score may be below the pass line, or a criterion is on warning or waived."),
    5: gettext_lazy("Rule 5, Go: nothing stands in the way."),
}
CAUSES: dict[str, tuple[Text, Text]] = {
    Cause.IMPOSSIBLE: (gettext_lazy("can never be met"), gettext_lazy("can never be met")),
    Cause.BLOCKING_NOT_MET: (gettext_lazy("blocks and is not met"), gettext_lazy("block and are not met")),
    Cause.BLOCKING_UNKNOWN: (gettext_lazy("blocks and is unknown or stale"), gettext_lazy("block and are unknown or stale")),
    Cause.BLOCKING_WARNING: (gettext_lazy("blocks and is on warning"), gettext_lazy("block and are on warning")),
    Cause.BLOCKING_WAIVED: (gettext_lazy("blocks and is waived"), gettext_lazy("block and are waived")),
}
_SCORES: dict[str, Text] = {
    Cause.SCORE_BELOW_WARNING: gettext_lazy("The score cannot reach the warning line"),
    Cause.SCORE_UNCERTAIN: gettext_lazy("What is unknown decides whether the score reaches the warning line"),
    Cause.SCORE_BELOW_PASS: gettext_lazy("The score may be below the pass line"),
}
TURNED: dict[str, Text] = {
    Turned.LAST_GATE: gettext_lazy("There is no Conditional Go at the last gate before production, so it is Hold."),
    Turned.OPEN_CONDITIONS: gettext_lazy("Conditions of the gate before are open, so it is Hold until they are proven."),
}


def recommendation(
    given: Row, criteria: Iterable[Row], thresholds: Row, dependencies: Iterable[Row] = (), seen: Collection[int] = ()
) -> dict[str, Any]:
    """`given` as Recommendation.plain; `criteria`, `dependencies` and `thresholds` {passing, warning} as a snapshot has them.

    `seen`: dependencies on what this reader may see; the others have no name for them.
    """
    texts = {row["key"]: row for row in criteria}
    names = {str(one["id"]): one["name"] for one in dependencies if one["id"] in seen}
    return {
        "outcome": outcome(given["outcome"]),
        "by_rule": outcome(given["by_rule"]) if given["by_rule"] != given["outcome"] else None,
        "rule": str(RULES[given["rule"]]),
        "causes": [_cause(one, texts, names) for one in given["because"] if one["cause"] != Cause.NOTHING_IN_THE_WAY],
        "turned": [str(TURNED[one]) for one in given["turned"]],
        "score": score(given["score"], thresholds, scored=any(row["kind"] == "should_meet" for row in texts.values())),
    }


def headline(given: Row) -> str:
    """`Recommended is Recycle: 2 criteria that block are not met`"""
    name = OUTCOMES[Outcome(given["outcome"])][0]
    why = [_short(one) for one in given["because"]]
    first = next((one for one in why if one), "")
    if given["turned"]:
        first = (
            _("conditions of the gate before are open")
            if Turned.OPEN_CONDITIONS in given["turned"]
            else _("there is no Conditional Go at the last gate")
        )
    said = _("Recommended is %s") % name
    return f"{said}: {first}" if first else said


def _short(one: Row) -> str:
    cause, count = one["cause"], len(one["keys"])
    if cause == Cause.NOTHING_IN_THE_WAY:
        return _("nothing stands in the way")
    if cause == Cause.DEPENDENCY_NOT_READY:
        return ngettext("%d dependency is not ready", "%d dependencies are not ready", count) % count
    if cause in _SCORES:
        return str(_SCORES[cause])[:1].lower() + str(_SCORES[cause])[1:]
    words: dict[str, tuple[str, str]] = {
        Cause.IMPOSSIBLE: ("%d criterion can never be met", "%d criteria can never be met"),
        Cause.BLOCKING_NOT_MET: ("%d criterion that blocks is not met", "%d criteria that block are not met"),
        Cause.BLOCKING_UNKNOWN: (
            "%d criterion that blocks is unknown or stale", "%d criteria that block are unknown or stale",
        ),
        Cause.BLOCKING_WARNING: ("%d criterion that blocks is on warning", "%d criteria that block are on warning"),
        Cause.BLOCKING_WAIVED: ("%d criterion that blocks is waived", "%d criteria that block are waived"),
    }  # fmt: skip
    return ngettext(*words[cause], count) % count


def _cause(one: Row, texts: Mapping[str, Row], names: Mapping[str, str]) -> dict[str, Any]:
    """A sentence, and the criteria that it names with links to their rows."""
    cause, keys = one["cause"], one["keys"]
    if cause == Cause.DEPENDENCY_NOT_READY:
        return {
            "says": _("Not ready, and this initiative needs it:"),
            "criteria": [{"text": names.get(key) or _("an initiative of another unit")} for key in keys],
        }
    criteria = [{"key": key, "text": texts[key]["text"], "verdict": texts[key]["verdict"]} for key in keys if key in texts]
    if cause in _SCORES:
        return {"says": f"{_SCORES[cause]}:" if criteria else f"{_SCORES[cause]}.", "criteria": criteria}
    single, many = CAUSES[cause]
    head = ngettext("%(count)d criterion %(what)s:", "%(count)d criteria %(what)s:", len(keys))
    return {"says": head % {"count": len(keys), "what": single if len(keys) == 1 else many}, "criteria": criteria}


def score(given: Row, thresholds: Row, *, scored: bool) -> dict[str, Any] | None:
    """The interval in words and as places on a bar; None where no criterion is scored."""
    if not scored:
        return None
    low, high = given["low"], given["high"]
    return {
        "text": span(low, high),
        "pass": share(thresholds["passing"]),
        "warning": share(thresholds["warning"]),
        "bar": {
            "low": _x(low),
            "width": max(3.0, round(_x(high) - _x(low), 1)),
            "pass": _x(thresholds["passing"]),
            "warning": _x(thresholds["warning"]),
        },
    }


def _x(value: float) -> float:
    return round(min(max(value, 0.0), 1.0) * BAR_WIDTH, 1)
