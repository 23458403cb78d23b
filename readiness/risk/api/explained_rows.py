"""From a figure taken apart to plain rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from math import isnan
from typing import Any

from readiness.core.risk.counterfactual import Change
from readiness.core.risk.posterior import LEVEL
from readiness.risk.queries.explained import Because, Seen, Told
from readiness.risk.rules.drivers import DRIVERS, PLACE
from readiness.risk.rules.drivers.telling import state_of
from readiness.risk.rules.explaining import Explained, is_stale
from readiness.risk.tables.explained import badges, headline, label_of

Row = dict[str, Any]


def risk_row(one: Seen, told: Told | None, why: Mapping[str, Because], today: date) -> Row:
    """Everything of one initiative; nulls where there is no figure."""
    score = one.score
    return {
        "initiative": one.initiative.pk, "key": one.initiative.key, "state": one.state.value, "sentence": headline(one),
        "horizon_months": one.version.horizon_months if score else None, "level": LEVEL,
        "as_of": one.generation.at if score else None, "band": one.band.value if score else None,
        "average": one.generation.average if score else None,
        "figure": {"value": score.value, "low": score.low, "high": score.high} if score else None,
        "inputs_digest": one.digest if told else None, "model": _model(one) if score else None,
        "explanation": _explanation(told.shown, why) if told else None,
        "if_opinions_hold": _explanation(told.full, why) if told and told.full else None,
        "drivers": _drivers(one, told, why, today) if told else [],
    }  # fmt: skip


def _model(one: Seen) -> Row:
    version = one.version
    return {
        "version": str(version), "engine": version.engine, "digest": version.digest, "resolved": version.resolved,
        "share": version.share,
    }  # fmt: skip


def _explanation(part: Explained, why: Mapping[str, Because]) -> Row:
    bars = (*part.falls.bars, *part.falls.others)
    return {
        "figure": _figure(part.figure), "base": part.falls.base, "value": part.falls.value,
        "contributions": [asdict(bar) | {"name": label_of(bar.key)} for bar in bars],
        "actions": [_action(change, why.get(change.action.name)) for change in part.actions],
        "unknown": [DRIVERS[place].key for place in part.unknown],
        "if_resolved": _figure(part.narrowed) if part.narrowed else None,
    }  # fmt: skip


def _figure(figure: Any) -> Row:
    return {"value": figure.value, "low": figure.low, "high": figure.high}


def _action(change: Change, because: Because | None) -> Row:
    tells = because is not None and because.told and because.reason.action
    return {
        "driver": change.action.name, "action": because.reason.action if tells and because else label_of(change.action.name),
        "before": change.before, "after": change.after, "difference": change.difference, "low": change.low, "high": change.high,
        "effort_person_days": change.action.effort,
    }  # fmt: skip


def _drivers(one: Seen, told: Told, why: Mapping[str, Because], today: date) -> list[Row]:
    assert one.rows is not None
    badge = badges(told.effects)
    return [
        _driver(key, float(one.rows.answers[0, place]), why.get(key), today) | {"badge": badge[key].value}
        for key, place in PLACE.items()
    ]


def _driver(key: str, answer: float, because: Because | None, today: date) -> Row:
    reason = because.reason if because else None
    return {
        "key": key, "name": label_of(key), "answer": None if isnan(answer) else answer, "state": state_of(answer).value,
        "sentence": reason.sentence if because and because.told and reason else "",
        "as_of": reason.as_of.isoformat() if reason and reason.as_of else None,
        "stale": reason is not None and is_stale(reason.as_of, today), "changed": because is not None and because.changed,
    }  # fmt: skip
