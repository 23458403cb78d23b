"""The right side of the sizing page: figures, comparison, what moves the answer, and how it was calculated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from portfolio.kit.templatetags.ui_text import DASH, grouped, short
from readiness.core.sizing.answer import Answer, Cost, Lever
from readiness.core.sizing.inputs import Demand, Task
from readiness.core.sizing.quantity import Quantity
from readiness.sizing.choices import Approach
from readiness.sizing.rules.asked import stated
from readiness.sizing.rules.drafts import Draft
from readiness.sizing.rules.live import OPTION, Live
from readiness.sizing.rules.prices import Priced
from readiness.sizing.rules.sized import Sized
from readiness.sizing.rules.suppose import SHARE, number
from readiness.sizing.services.messages import GRADES
from readiness.sizing.tables import labels, words
from readiness.workloads.rules.fields import BY_NAME
from readiness.workloads.tables.numbers import shown

MOST_BARS = 12
NEEDS = ("storage_gb", "storage_read_gb_per_s", "network_gbit_per_s")


def figures(found: Sized, demand: Demand) -> list[dict[str, Any]]:
    """At most five: what is needed, how sure, what is free, what a month and a unit of work cost."""
    answer = found.answer
    if answer is None:
        return []
    return [*_counts(found, answer), *_money(found, demand)][:5]


def _counts(found: Sized, answer: Answer) -> list[dict[str, Any]]:
    if found.draft.approach == Approach.API:
        return [_figure(answer, "requests_per_minute"), _figure(answer, "tokens_per_minute")]
    name = words.accelerator_name(found.draft)
    need: dict[str, Any] = {
        "label": _("Needed"), "unit": name, "value": words.span(answer.accelerators) if answer.accelerators else None,
        "note": _("From the best to the worst case of everything that is not known."),
        "origin": str(GRADES[answer.grade]),
    }  # fmt: skip
    replicas = answer.replicas
    if replicas is not None and answer.unsafe is not None and answer.accelerators is not None:
        need["base"] = _("likely %s") % words.counted(answer.accelerators.likely)
    free = found.standing.free
    have: dict[str, Any] = {
        "label": _("Free"), "unit": name, "value": None if free is None else shown(max(0.0, free)),
        "base": found.draft.pool["name"] if found.draft.pool else _("no pool named"),
        "note": _("On the tightest day from the day of need on, what is granted to this workload counted in."),
    }  # fmt: skip
    return [need, have, _plan(answer)]


def _plan(answer: Answer) -> dict[str, Any]:
    """What not measuring costs: replicas with and without the margin for how well the speed is known."""
    count = answer.replicas.likely if answer.replicas is not None else None
    return {
        "label": _("Replicas to plan with"), "value": None if count is None else words.counted(count),
        "base": _("%s without a margin for what was not measured") % words.counted(answer.unsafe) if answer.unsafe else "",
        "note": _("At likely values: the speed with its margin (z = 1.28), nine in ten on the safe side; without it z = 0."),
    }  # fmt: skip


def _figure(answer: Answer, name: str) -> dict[str, Any]:
    label, unit = labels.FIGURES[name]
    value = answer.figures.get(name)
    return {
        "label": str(label), "unit": unit, "value": words.rough(value.likely) if value is not None else None,
        "interval": "" if value is None or value.exact else f"{words.rough(value.low)}{DASH}{words.rough(value.high)}",
    }  # fmt: skip


def _money(found: Sized, demand: Demand) -> list[dict[str, Any]]:
    cost, currency = found.cost, found.price.currency
    origin = price_origin(found.price)
    monthly = _amount(_("Per month"), cost.per_month if cost else None, currency, origin)
    each = _("Per million tokens") if demand.task in (Task.GENERATE, Task.EMBED, Task.TRAIN) else _("Per request")
    unit = per_unit(cost, demand)
    return [monthly, _amount(each, unit, currency, origin)]


def _amount(label: str, value: Quantity | None, currency: str, origin: str) -> dict[str, Any]:
    return {
        "label": label, "unit": currency if value is not None else "", "value": money(value), "origin": origin,
        "interval": amounts(value),
    }  # fmt: skip


def per_unit(cost: Cost | None, demand: Demand) -> Quantity | None:
    """The cost of a unit of work that this task is paid by."""
    if cost is None:
        return None
    return cost.per_request if demand.task == Task.CLASSIC else cost.per_million_tokens


def money(value: Quantity | None) -> str | None:
    """The likely amount, short; None where nobody knows it."""
    return None if value is None else _short(value.likely)


def amounts(value: Quantity | None) -> str:
    """Both ends of an amount, short; nothing where it is sure or unknown."""
    return "" if value is None or value.exact else f"{_short(value.low)}{DASH}{_short(value.high)}"


def _short(value: float) -> str:
    """An amount: short from a hundred on, else two decimals, below a tenth two digits that matter."""
    if value >= 100:
        return short(value)
    return grouped(value, 2) if value >= 0.1 else words.rough(value)


def price_origin(price: Priced) -> str:
    """Where the price comes from, and that there is one which this reader may not see."""
    text = str(labels.PRICE_ORIGINS[price.origin])
    return _("%s; our own price is hidden from you") % text if price.hidden else text


def comparison(now: Live, demand: Demand) -> list[dict[str, Any]]:
    """One row per candidate, all sized for the same supposition; the one the page speaks of is marked."""
    rows = [_compared(key, one, now, demand) for key, one in now.others.items()]
    if now.main is not now.others[now.key]:
        row = _compared(now.key, now.main, now, demand)
        rows.insert(0, row | {"here": True, "supposed": True, "url": "", "pk": None})
    return rows


def _compared(key: str, one: Sized, now: Live, demand: Demand) -> dict[str, Any]:
    answer = one.answer
    return {
        "key": key,
        "pk": one.draft.pk,
        "label": one.draft.label,
        "venue": one.draft.venue["label"] if one.draft.venue else (one.draft.pool["name"] if one.draft.pool else ""),
        "chosen": one.draft.chosen,
        "here": one is now.main,
        "url": "?" + urlencode({OPTION: key, **now.supposed.texts}),
        "replicas": words.span(answer.replicas) if answer and answer.replicas else None,
        "accelerators": words.span(answer.accelerators) if answer and answer.accelerators else None,
        "verdict": one.standing.verdict.value,
        "headroom": headroom(one),
        "month": money(one.cost.per_month if one.cost else None),
        "unit_cost": money(per_unit(one.cost, demand)),
        "currency": one.price.currency,
        "grade": str(GRADES[answer.grade]) if answer else "",
        "binds": str(labels.CONSTRAINTS[answer.constraint]) if answer else "",
        "missing": ", ".join(words.missing_words(one.missing)),
    }


def headroom(one: Sized) -> str:
    """`-20 % to +50 %`: free over needed, less one."""
    low, high = one.standing.share_low, one.standing.share_high
    if low is None or high is None:
        return ""
    return _signed(low) if low == high else _("%(low)s to %(high)s") % {"low": _signed(low), "high": _signed(high)}


def _signed(share: float) -> str:
    return f"{share:+.0%}".replace("%", "\u202f%").replace("-", "\u2212")


def influence_chart(found: Sized) -> dict[str, Any] | None:
    """What is not known exactly, as the replicas at both ends of its range: the widest are worth finding out first."""
    answer = found.answer
    if answer is None or answer.replicas is None:
        return None
    told = [one for one in answer.influences if one.at_low != one.at_high and one.at_low and one.at_high][:MOST_BARS]
    if not told:
        return None
    rows: list[dict[str, Any]] = [
        {
            "label": words.input_label(one.name),
            "low": min(one.at_low, one.at_high),
            "high": max(one.at_low, one.at_high),
            "mid": answer.replicas.likely,
            "base": "" if one.known else _("not known"),
            "color": "accent" if one.known else "v-unknown",
        }
        for one in told
    ]
    first = rows[0]
    summary = _("%(name)s moves the answer most: %(low)s to %(high)s replicas, all else at its likely value.") % {
        "name": first["label"], "low": words.counted(first["low"]), "high": words.counted(first["high"]),
    }  # fmt: skip
    return {
        "kind": "interval",
        "title": _("Replicas at the ends of each range"),
        "category_label": _("Input"),
        "summary": summary,
        "rows": rows,
        "markers": _free_marker(found),
        "whole": True,
        "ends": True,
    }


def _free_marker(found: Sized) -> list[dict[str, Any]]:
    free = found.standing.free
    if free is None or free < 0:
        return []
    replicas = int(free // found.draft.accelerators)
    return [{"value": replicas, "label": _("%d replicas fit into what is free") % replicas}]


def out_of_reach(answer: Answer) -> list[str]:
    """Inputs at one end of which no number of replicas suffices; a bar cannot show that."""
    return [
        words.input_label(one.name) for one in answer.influences if not (one.at_low and one.at_high) and one.at_low != one.at_high
    ]


def levers(found: Sized, now: Live) -> list[dict[str, Any]]:
    """What somebody could decide, with the count after it and a link that supposes it."""
    answer = found.answer
    if answer is None:
        return []
    return [
        {
            "text": lever_text(one), "replicas": words.counted(one.replicas), "accelerators": _lever_accelerators(one, found),
            "url": lever_url(one, now),
        }
        for one in answer.levers
    ]  # fmt: skip


def lever_text(one: Lever) -> str:
    """`Time per output token, at most: 0.075 s`."""
    label = words.input_label(one.field)
    if one.field == "measured":
        return label
    if one.field in ("weight_bytes", "kv_bytes"):
        return _("%s: FP8 instead of BF16") % label
    unit = BY_NAME[one.field].unit if one.field in BY_NAME else ""
    value = shown(one.value, unit)
    return f"{label}: {value}{' %' if unit == SHARE else f' {unit}' if unit not in ('', 'x') else ''}"


def _lever_accelerators(one: Lever, found: Sized) -> str:
    each = one.value if one.field == "accelerators" else found.draft.accelerators
    return "" if found.draft.approach == Approach.API else words.counted(one.replicas * int(each))


def lever_url(one: Lever, now: Live) -> str:
    """The page with the lever pulled; "" for what no field of it says."""
    given = {OPTION: now.key, **now.supposed.texts, **now.asked.texts}
    names = {"weight_bytes": "precision", "kv_bytes": "kv_precision", "accelerators": "accelerators"}
    if one.field in BY_NAME:
        given[one.field] = number(one.value, BY_NAME[one.field].unit)
    elif one.field in names:
        given[names[one.field]] = "fp8" if one.field.endswith("bytes") else str(int(one.value))
    else:
        return ""
    return "?" + urlencode(given)


def steps(answer: Answer) -> list[dict[str, str]]:
    """Every number of the likely case with its formula and source."""
    return [
        {
            "name": str(labels.STEPS.get(one.name) or labels.FIGURES.get(one.name, (one.name, ""))[0]),
            "value": shown(one.value) if abs(one.value) < float("inf") else "\u221e",
            "unit": one.unit,
            "formula": one.formula,
            "source": one.source,
        }
        for one in answer.steps
    ]


def facts(answer: Answer) -> list[dict[str, str]]:
    """Figures beside the count, without the needs of storage and network."""
    return [_fact(name, value) for name, value in answer.figures.items() if name not in NEEDS and name in labels.FIGURES]


def needs(answer: Answer) -> list[dict[str, str]]:
    """Storage and network beside the compute."""
    return [_fact(name, answer.figures[name]) for name in NEEDS if name in answer.figures]


def _fact(name: str, value: Quantity) -> dict[str, str]:
    label, unit = labels.FIGURES[name]
    if unit == SHARE:
        value = Quantity(value.likely * 100, value.low * 100, value.high * 100, value.known)
    text, read_in = words.quantity(value, "%" if unit == SHARE else unit)
    return {"label": str(label), "value": text, "unit": read_in}


def canonical(now: Live, default: str) -> str:
    """The shortest address that says the same: what is supposed, and the candidate unless it is the one shown anyway."""
    kept = {} if now.key == default else {OPTION: now.key}
    return urlencode({**kept, **now.supposed.texts, **now.asked.texts})


def keep_query(draft: Draft) -> str:
    """The fields of a new option that is this draft."""
    return urlencode({"approach": draft.approach.value, **{name: text for name, text in stated(draft).items() if text}})


def points(found: Sized) -> list[dict[str, Any]]:
    """The measured points, each taken or refused with the reason."""
    measurement, answer = found.draft.measurement, found.answer
    if measurement is None or answer is None:
        return []
    refused: Mapping[int, str] = dict(answer.refused)
    return [{**point, "refused": refused.get(place, "")} for place, point in enumerate(measurement["points"])]
