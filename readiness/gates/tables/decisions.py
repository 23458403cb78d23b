"""Decisions: the list, one as it was frozen, its place in the chain, and what changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.initiatives.choices import REASON_LABELS, ReasonCode
from portfolio.kit.templatetags.ui import VERDICTS
from portfolio.kit.templatetags.ui_text import grouped
from readiness.gates.choices import OUTCOMES as FAVOUR
from readiness.gates.rules.decisions import Barrier
from readiness.gates.rules.drift import Why
from readiness.gates.tables.panel import name_of
from readiness.gates.tables.reasons import share
from readiness.gates.tables.words import OUTCOME_HELP, OUTCOMES, Text, outcome

Row = Mapping[str, Any]
BARRIERS: dict[str, Text] = {
    Barrier.LAST_GATE: gettext_lazy("not offered at the last gate before production"),
    Barrier.OPEN_CONDITIONS: gettext_lazy("conditions of the gate before are open"),
    Barrier.VETO: gettext_lazy("there is a veto"),
}
WHYS: dict[str, Text] = {
    Why.WORSE: gettext_lazy("got worse"),
    Why.BETTER: gettext_lazy("got better"),
    Why.OTHERWISE: gettext_lazy("is judged otherwise"),
    Why.AGED: gettext_lazy("the same evidence grew old"),
    Why.WAIVER_ENDED: gettext_lazy("its waiver ended"),
    Why.FIGURE_FELL: gettext_lazy("fell"),
    Why.FIGURE_ROSE: gettext_lazy("rose"),
    Why.SCOPE_CHANGED: gettext_lazy("another number of them"),
    Why.DEPENDENCY_LOST: gettext_lazy("a dependency is not ready any more"),
    Why.NOT_ASKED: gettext_lazy("the template does not ask it any more"),
    Why.RECOMMENDATION: gettext_lazy("what is recommended turned"),
}
_FIGURES: dict[str, Text] = {
    "headroom": gettext_lazy("headroom"),
    "low": gettext_lazy("score"),
    "share": gettext_lazy("share"),
    "workloads": gettext_lazy("workloads"),
    "requirements": gettext_lazy("requirements"),
}


def decision_row(row: Any) -> dict[str, Any]:
    """A line of the list; `row` is a Decision with initiative, by and superseded_by at hand."""
    return {
        "url": reverse("gates:decision", args=[row.pk]),
        "initiative": f"{row.initiative.key} {row.initiative.name}",
        "initiative_url": reverse("gates:initiative", args=[row.initiative_id]),
        "unit": row.initiative.unit.name,
        "gate": row.review.gate_name,
        "outcome": outcome(row.outcome),
        "recommended": outcome(row.recommended) if row.recommended != row.outcome else None,
        "by": str(row.by),
        "at": row.at,
        "superseded": hasattr(row, "superseded_by"),
        "changed": row.review.changed_at is not None and in_effect(row),
        "link": f"{row.chain} #{row.sequence}",
    }


def in_effect(row: Any) -> bool:
    """Whether it is what stands of its review: corrected by none, and no later round was begun."""
    return not hasattr(row, "superseded_by") and row.round == row.review.round


def headline(row: Any) -> str:
    """`Go at the Pilot gate, as recommended`"""
    name = OUTCOMES[row.outcome][0]
    if row.outcome == row.recommended:
        return _("%(outcome)s at the %(gate)s, as recommended") % {"outcome": name, "gate": row.review.gate_name}
    return _("%(outcome)s at the %(gate)s, where %(recommended)s was recommended") % {
        "outcome": name, "gate": row.review.gate_name, "recommended": OUTCOMES[row.recommended][0],
    }  # fmt: skip


def offers(given: Mapping[Any, Sequence[Any]]) -> list[dict[str, Any]]:
    """Each outcome as the decision form offers it, with what bars it in words. `given` is rules.decisions.offered's."""
    return [
        {
            "key": one.value,
            **(outcome(one.value) or {}),
            "help": OUTCOME_HELP[one],
            "barred": "; ".join(str(BARRIERS[bar]) for bar in given[one]),
        }
        for one in FAVOUR
    ]


def changes(rows: Sequence[Row], texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """What moved since the decision, what is material first. `rows` as Review.changes keeps rules.drift's."""
    told = [_change(row, texts) for row in rows]
    return sorted(told, key=lambda one: not one["material"])


def _change(row: Row, texts: Mapping[str, str]) -> dict[str, Any]:
    why = row["why"]
    label = _("The recommendation") if why == Why.RECOMMENDATION else texts.get(row["key"], row["key"])
    figure = str(_FIGURES.get(row.get("figure", ""), row.get("figure", "")))
    return {
        "label": label,
        "why": f"{figure} {WHYS.get(why, why)}".strip(),
        "before": _said(row["before"], row.get("figure", "")),
        "after": _said(row["after"], row.get("figure", "")),
        "before_verdict": row["before"] if row["before"] in VERDICTS else "",
        "after_verdict": row["after"] if row["after"] in VERDICTS else "",
        "material": row["material"],
    }


def _said(value: Any, figure: str) -> str:
    if value is None:
        return _("nobody knows")
    if isinstance(value, bool):
        return _("ready") if value else _("not ready")
    if isinstance(value, int | float):
        return str(value) if figure in ("workloads", "requirements") else share(value)
    if value in OUTCOMES:
        return str(OUTCOMES[value][0])
    return str(VERDICTS[value][0]) if value in VERDICTS else str(value)


def changed_words(rows: Sequence[Row]) -> str:
    """`Evidence changed since the decision: 2 things that matter`"""
    material = sum(bool(row["material"]) for row in rows)
    if not material:
        return ""
    said = ngettext("%d thing that matters", "%d things that matter", material) % material
    return _("Evidence changed since the decision: %s") % said


def list_headline(total: int) -> str:
    """`61 decisions, each a link of a chain that nobody can change unseen`"""
    if not total:
        return _("Nothing was decided yet")
    said = ngettext("%s decision", "%s decisions", total) % grouped(total)
    return _("%s, each a link of a chain that nobody changes unseen") % said


def open_conditions(content: Row) -> list[dict[str, Any]]:
    """Those of the gate before that bar an advance, as a snapshot has them."""
    names = content["people"]
    return [
        {"text": one["text"], "owner": name_of(names, one["owner"]), "due": date.fromisoformat(one["due"])}
        for one in content["open_conditions"]
    ]


def frozen_waivers(content: Row) -> list[dict[str, Any]]:
    """Waivers that were in force, as the snapshot has them."""
    names, texts = content["people"], {one["key"]: one["text"] for one in content["criteria"]}
    return [
        {
            "url": reverse("gates:waiver", args=[one["id"]]),
            "text": texts.get(one["criterion"], one["criterion"]),
            "reason": one["reason"],
            "measure": one["measure"],
            "expires_at": datetime.fromisoformat(one["expires_at"]),
            "approved_by": name_of(names, one["approved_by"]),
        }
        for one in content["waivers"]
    ]


def reason_words(code: str) -> str:
    return str(REASON_LABELS[ReasonCode(code)]) if code in set(ReasonCode) else code


def reason_choices() -> list[tuple[str, Text]]:
    """Reason codes that a Kill may give; unknown is none."""
    return [(one.value, REASON_LABELS[one]) for one in ReasonCode if one is not ReasonCode.UNKNOWN]
