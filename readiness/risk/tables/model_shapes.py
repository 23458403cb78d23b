"""The model card as JSON: the same numbers as the page."""

from __future__ import annotations

from typing import Any

from readiness.core.risk.posterior import LEVEL
from readiness.risk.models import Backtest, ModelVersion
from readiness.risk.queries.card import Card
from readiness.risk.rules.drivers import DRIVERS, DriverSpec
from readiness.risk.tables.model_card import first_sentence, months

Shape = dict[str, Any]
DEFINITION = "abandoned before production: stopped by decision, drifted, or abandoned of unknown kind"
DENOMINATOR = "initiatives in flight: not closed, and before production or of unknown stage"


def model_shape(card: Card) -> Shape:
    """`GET /api/v1/risk/model/`."""
    return {
        "whole": card.whole, "horizon_months": months(card), "definition": DEFINITION, "denominator": DENOMINATOR,
        "interval_level": LEVEL, "published": card.published.as_dict(),
        "version": _version(card.version) if card.version else None,
        "drivers": [_driver(card, spec) for spec in DRIVERS],
        "backtests": [_test(card, card.tests[horizon]) for horizon in sorted(card.tests)],
        "versions": [_version(one) for one in card.versions],
    }  # fmt: skip


def _version(version: ModelVersion) -> Shape:
    return {
        "number": version.number, "digest": version.digest, "engine": version.engine, "at": version.at, "why": version.why,
        "known_on": version.known_on, "initiatives": version.initiatives, "months_at_risk": version.months,
        "abandoned": version.abandoned, "produced": version.produced, "left_out": version.left_out,
        "log_bayes_factor": version.log_factor, "drivers_share": version.share,
    }  # fmt: skip


def _driver(card: Card, spec: DriverSpec) -> Shape:
    effect, answered, prior = card.effects.get(spec.key), card.answered.get(spec.key), spec.prior
    return {
        "key": spec.key, "label": spec.label, "dimension": spec.dimension.value, "reads": first_sentence(spec),
        "prior": {"mean": prior.mean, "sd": prior.sd}, "badge": (effect.badge if effect else prior.badge).value,
        "learned": {"value": effect.value, "low": effect.low, "high": effect.high} if effect else None,
        "answers": {
            "yes": answered.yes, "partly": answered.partly, "no": answered.no, "unknown": answered.unknown,
        } if answered else None,
    }  # fmt: skip


def _test(card: Card, test: Backtest) -> Shape:
    return {"horizon_months": test.horizon_months, "on": test.on, "digest": test.digest} | {
        name: _seen(card, test.figures[name]) for name in ("frozen", "reconstructed")
    }


def _seen(card: Card, found: Shape) -> Shape:
    """Without the misses of initiatives that the reader does not see."""
    made = dict(found)
    for part in ("all", "shown", "not_shown"):
        scores = found[part]["scores"] if part in found else None
        if scores:
            worst = [one for one in scores["worst"] if one["initiative"] in card.misses]
            made[part] = {**found[part], "scores": {**scores, "worst": worst}}
    return made
