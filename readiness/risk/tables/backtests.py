"""The backtest as tables, sentences and charts: from stored figures alone, nothing is computed for a page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.kit.templatetags.ui_text import NARROW, grouped, tidy, with_precision
from readiness.risk.models import Backtest
from readiness.risk.queries.card import Card
from readiness.risk.rules.backtest.outcomes import ABANDONED, BECAME_WORDS, HORIZONS, Became
from readiness.risk.tables.words import share_text

Row = dict[str, Any]
MINUS = "\u2212"
SETS = {
    "frozen": gettext_lazy("Frozen at the time"),
    "reconstructed": gettext_lazy("Reconstructed from dated history, not frozen at the time"),
}
PARTS = {"all": gettext_lazy("all"), "shown": gettext_lazy("shown to deciders"), "not_shown": gettext_lazy("not shown")}
AVERAGES = {
    "published": gettext_lazy("the published rate"), "own": gettext_lazy("your own average, as it stood then"),
    "stage": gettext_lazy("your average of the stage, as it stood then"),
    "status": gettext_lazy("the status that a person gave"),
}  # fmt: skip
VERDICTS = {
    "better than your average": gettext_lazy("better than your average"),
    "not yet better than your average": gettext_lazy("not yet better than your average"),
    "worse than your average": gettext_lazy("worse than your average"),
}
UNKNOWN = gettext_lazy("unknown")


def tests(card: Card) -> list[Row]:
    """One for each horizon that was tested, the shorter first."""
    return [_test(card, card.tests[months]) for months in HORIZONS if months in card.tests]


def _test(card: Card, row: Backtest) -> Row:
    sets = [_set(card, row, name) for name in SETS]
    return {
        "months": row.horizon_months, "on": row.on, "sets": [one for one in sets if one["scored"]],
        "waiting": [one["waiting"] for one in sets if one["waiting"]],
        "rows": [line for one in sets for line in one["rows"]],
    }  # fmt: skip


def _set(card: Card, row: Backtest, name: str) -> Row:
    found = row.figures[name]
    every = found.get("all")
    scores = every["scores"] if every else None
    told: Row = {
        "name": name, "title": SETS[name], "scored": scores is not None, "waiting": _waiting(found, name),
        "rows": [_line(name, part, found[part]) for part in _parts(found)],
    }  # fmt: skip
    if scores is None or every is None:
        return told
    months = row.horizon_months
    return told | {
        "verdict": _verdict(scores["skills"]["own"]), "skills": [_skill(key, scores["skills"][key]) for key in AVERAGES],
        "murphy": _murphy(scores["brier"]), "bins": [bin_sentence(one) for one in scores["bins"]],
        "chart": _reliability(scores["bins"], name, months),
        "kinds": [_kind(kind, one) for kind, one in scores["kinds"].items() if one["n"]],
        "shuffle": _shuffle(found["shuffle"], name), "drift": _drift(found["drift"], name, months),
        "drift_rows": [_month(one) for one in found["drift"]], "misses": _misses(card, scores["worst"]),
        "left_out": [{"reason": _(BECAME_WORDS[Became(key)]), "n": n} for key, n in every["left_out"].items()],
        "base": _("%(n)s figures of %(initiatives)s initiatives, kept on %(days)s") % {
            "n": grouped(every["forecasts"]), "initiatives": grouped(every["initiatives"]),
            "days": ", ".join(_day(day) for day in every["days"]),
        },
    }  # fmt: skip


def _parts(found: Row) -> list[str]:
    """Those that have something to tell: where no figure was shown, all of them are the ones that were not."""
    if not found.get("all") or not found["all"]["forecasts"]:
        return []
    return [part for part in PARTS if part == "all" or (found["shown"]["forecasts"] and found[part]["forecasts"])]


def _waiting(found: Row, name: str) -> str:
    if found.get("all"):
        return ""
    if found["next"]:
        text = ngettext(
            "%(set)s: %(n)s month is kept, and can be scored on %(day)s.",
            "%(set)s: %(n)s months are kept, and the first can be scored on %(day)s.", found["kept"],
        )  # fmt: skip
        return text % {"set": SETS[name], "n": found["kept"], "day": _day(found["next"])}
    return _("%(set)s: none is kept yet.") % {"set": SETS[name]}


def _line(name: str, part: str, found: Row) -> Row:
    """A row of the table: forecasts, what came, and how good they were."""
    scores, became = found["scores"], found["became"]
    return {
        "set": SETS[name], "part": PARTS[part], "n": found["forecasts"], "initiatives": found["initiatives"],
        "said": percent(scores["mean"]), "came": percent(found["abandoned"] / found["forecasts"]),
        "abandoned": found["abandoned"],
        "kinds": ", ".join(f"{became[kind]} {_(BECAME_WORDS[kind])}" for kind in ABANDONED if became.get(kind)),
        "brier": tidy(scores["brier"]["value"], 3), "log_loss": tidy(scores["log_loss"], 3), "error": percent(scores["error"]),
        "slope": _estimate(scores["slope"]), "intercept": _estimate(scores["intercept"]),
        "skill": _skill_text(scores["skills"]["own"]), "verdict": _verdict(scores["skills"]["own"]),
    }  # fmt: skip


def _murphy(parts: Row) -> str:
    """The Brier score as its parts, which add up to it."""
    return _(
        "Brier score %(value)s: reliability %(reliability)s (0 is best) less resolution %(resolution)s (more is better) plus "
        "uncertainty %(uncertainty)s (of the outcomes, nobody's doing), and %(within)s inside groups."
    ) % {key: signed(value, 3) if key == "within" else tidy(value, 3) for key, value in parts.items()}


def percent(value: float) -> str:
    return f"{tidy(100 * value, 0)}{NARROW}%"


def signed(value: float, decimals: int = 2) -> str:
    """`+0.12`, with a minus sign for what is below."""
    text = tidy(abs(value), decimals)
    return text if float(f"{value:.{decimals}f}") == 0 else f"{'+' if value > 0 else MINUS}{text}"


def _estimate(ends: list[float] | None) -> str:
    """A coefficient with its 95 % interval; unknown where these outcomes do not tell."""
    if ends is None:
        return ""
    value, low, high = (signed(one) for one in ends)
    return f"{value} [{low}, {high}]"


def _skill_text(one: Row | None) -> str:
    if one is None:
        return ""
    if one["low"] is None:
        return _("%(value)s, too few outcomes for an interval") % {"value": signed(one["value"])}
    return f"{signed(one['value'])} [{signed(one['low'])}, {signed(one['high'])}]"


def skill_figure(card: Card) -> Row | None:
    """For the top of the page: frozen figures before reconstructed ones, the shorter horizon before the longer."""
    for name in SETS:
        for months in HORIZONS:
            every = card.tests[months].figures[name].get("all") if months in card.tests else None
            if every and every["scores"]:
                return _figure(every["scores"]["skills"]["own"], name, months)
    return None


def _figure(one: Row, name: str, months: int) -> Row:
    ends = "" if one["low"] is None else f"{signed(one['low'])} {_('to')} {signed(one['high'])}"
    return {
        "label": _("Skill against your average"), "value": signed(one["value"]), "interval": ends,
        "base": _("%(n)s figures, %(months)s months") % {"n": grouped(one["outcomes"]), "months": months},
        "reference": _verdict(one), "origin": str(SETS[name]), "note": _("0 is no better than the average; 95 % interval"),
    }  # fmt: skip


def _verdict(one: Row | None) -> str:
    return str(VERDICTS[one["says"]]) if one else ""


def _skill(key: str, one: Row | None) -> Row:
    return {
        "against": AVERAGES[key], "text": _skill_text(one), "known": one is not None, "own": key == "own",
        "verdict": _verdict(one) if key == "own" else "", "n": one["outcomes"] if one else 0,
        "initiatives": one["initiatives"] if one else 0,
    }  # fmt: skip


def bin_sentence(one: Row) -> str:
    """In plain words, for who doubts the rest."""
    return _("Of %(whole)s that we said %(low)s to %(high)s %%, %(part)s were stopped or drifted (%(share)s).") % {
        "whole": one["whole"], "low": tidy(100 * one["from"], 0), "high": tidy(100 * one["to"], 0), "part": one["part"],
        "share": share_text(one["value"], one["low"], one["high"]),
    }  # fmt: skip


def _reliability(bins: list[Row], name: str, months: int) -> Row:
    data = [
        {
            "x": round(100 * one["forecast"], 1), "y": round(100 * one["value"], 1), "low": round(100 * one["low"], 1),
            "high": round(100 * one["high"], 1), "note": _("%(part)s of %(whole)s") % one,
        }
        for one in bins
    ]  # fmt: skip
    inside = sum(one["low"] <= one["forecast"] <= one["high"] for one in bins)
    return {
        "kind": "line", "title": _("What was said, and what came within %(n)s months") % {"n": months}, "unit": "%",
        "x_label": _("Said, %"), "y_label": _("Abandoned"), "x_from_zero": True,
        "series": [
            {"name": _("What came"), "color": "accent", "as": "bars", "data": data},
            {"name": _("If all were right"), "color": "ink-2", "as": "curve", "data": [{"x": 0, "y": 0}, {"x": 100, "y": 100}]},
        ],
        "summary": _("In %(inside)s of %(all)s groups what came agrees with what was said, within the 95 %% Wilson interval.")
        % {"inside": inside, "all": len(bins)},
        "source": str(SETS[name]),
    }  # fmt: skip


def _kind(kind: str, one: Row) -> Row:
    return {
        "label": _(BECAME_WORDS[Became(kind)]), "n": one["n"], "said": percent(one["mean"]), "skill": _skill_text(one["skill"]),
    }  # fmt: skip


def _shuffle(found: Row | None, name: str) -> str:
    if name == "reconstructed":
        return _("Not tried: reconstructed figures know no driver, so there is nothing to shuffle.")
    if found is None:
        return _("Not tried: drivers have no part in these figures, so there is nothing that they could lose.")
    return _(
        "With drivers shuffled inside the portfolio the Brier score is %(shuffled)s on average, against %(brier)s. Shuffled ones "
        "did as well by luck with p = %(p)s, of %(shuffles)s tries."
    ) % {
        "shuffled": tidy(found["shuffled"], 4), "brier": tidy(found["brier"], 4), "p": tidy(found["p"], 3),
        "shuffles": grouped(found["shuffles"]),
    }  # fmt: skip


def _drift(rows: list[Row], name: str, months: int) -> Row | None:
    """Month by month what was said beside what came; the intercepts stand in the table below."""
    if len(rows) < 2:
        return None
    series = [
        {"name": label, "color": color, "data": [_point(one, key) for one in rows]}
        for key, label, color in (("mean", _("Said"), "ink-2"), ("observed", _("Came"), "accent"))
    ]  # fmt: skip
    return {
        "kind": "time", "title": _("Drift: said and came, by the month of the figure"), "unit": "%", "series": series,
        "since": _ms(rows[0]["on"]), "until": _ms(rows[-1]["on"]), "source": str(SETS[name]),
        "summary": _("Abandoned within %(n)s months of each day; consecutive months share outcomes.") % {"n": months},
    }  # fmt: skip


def _point(one: Row, key: str) -> Row:
    return {
        "t": _ms(one["on"]), "at": _day(one["on"]), "y": round(100 * one[key], 1),
        "note": _("%(n)s figures") % {"n": grouped(one["n"])},
    }  # fmt: skip


def _month(one: Row) -> Row:
    return {
        "on": _day(one["on"]), "n": one["n"], "said": percent(one["mean"]), "came": percent(one["observed"]),
        "intercept": _estimate(one["intercept"]),
    }  # fmt: skip


def _ms(day: str) -> int:
    moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    return int(moment.timestamp() * 1000)


def _day(day: str) -> str:
    return with_precision(date.fromisoformat(day))


def _misses(card: Card, worst: list[Row]) -> list[Row]:
    """The figures farthest from what came, of initiatives that the reader sees."""
    return [
        {
            "initiative": card.misses[one["initiative"]],
            "url": reverse("initiatives:detail", args=[one["initiative"]]), "on": _day(one["on"]),
            "said": percent(one["value"]), "became": _(BECAME_WORDS[Became(one["became"])]), "until": _day(one["until"]),
        }
        for one in worst
        if one["initiative"] in card.misses
    ]  # fmt: skip
