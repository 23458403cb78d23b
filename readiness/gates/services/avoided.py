"""What a Kill spares, sealed beside the decision: the snapshot has its digest, those who may see money open it."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from portfolio.finance.queries.standing import avoided_by_ending
from readiness.gates.choices import Outcome
from readiness.gates.rules.record.snapshot import Sealed, seal

_CENTS = Decimal("0.01")
_NONCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Avoided:
    """`amount` None: what cannot be cancelled is unknown. `at_least`: of some planned lines nobody knows the amount."""

    amount: Decimal | None
    currency: str
    at_least: bool


def sealed_avoidance(initiative_id: int, outcome: Outcome, now: datetime) -> Sealed | None:
    """For a Kill of an initiative with a plan; None where there is nothing to tell."""
    if outcome is not Outcome.KILL:
        return None
    found = avoided_by_ending(initiative_id, on=timezone.localdate(now))
    if found is None:
        return None
    currency, avoided = found
    amounts = {
        "currency": currency, "spend_avoided": _rounded(avoided.amount), "at_least": bool(avoided.unknown_lines),
        "planned_after": _rounded(avoided.planned), "not_cancellable": _rounded(avoided.bound),
    }  # fmt: skip
    return seal(amounts, nonce=secrets.token_hex(_NONCE_BYTES))


def opened(sealed: str | None) -> Avoided | None:
    """What a sealed document says of spend avoided; the caller has asked whether the reader may know."""
    amounts = json.loads(sealed)["amounts"] if sealed else {}
    if "spend_avoided" not in amounts:
        return None
    amount = amounts["spend_avoided"]
    return Avoided(None if amount is None else Decimal(str(amount)), amounts["currency"], bool(amounts.get("at_least")))


def _rounded(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(_CENTS)
