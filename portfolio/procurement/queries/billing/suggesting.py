"""Rules that somebody may want: vendors whose names stand in the bills, and services that the starter list knows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.db.models import Count

from portfolio.accounts.rules import Actor
from portfolio.procurement.queries.billing.items import MISSING
from portfolio.procurement.queries.billing.totals import visible_months
from portfolio.procurement.queries.pickers import known_vendors
from portfolio.procurement.rules.matching import Matcher

PACK = Path(__file__).resolve().parents[2] / "packs" / "billing_rules.yaml"
MOST = 20


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rule as `rules/new/` takes it, with the reason."""

    name: str
    conditions: list[dict[str, Any]]
    vendor_id: int | None
    capability_id: int | None
    why: str

    @property
    def asked(self) -> dict[str, Any]:
        """What the form of a new rule is opened with."""
        (one,) = self.conditions
        said = {f"{name}_0": one[name] for name in ("field", "operator", "value")}
        return said | {"name": self.name, "vendor": self.vendor_id or "", "capability": self.capability_id or ""}


@lru_cache(maxsize=1)
def starter() -> tuple[dict[str, Any], ...]:
    """The shipped rules: [{name, capability, conditions}] in the order in which they are to be asked."""
    return tuple(yaml.safe_load(PACK.read_text(encoding="utf-8"))["rules"])


def suggestions(actor: Actor) -> list[Suggestion]:
    """Of sellers and makers that no rule gave a vendor, those whose name is a known vendor's. Constant statements."""
    names = visible_months(actor).filter(MISSING["vendor"]).order_by()
    pairs = names.values_list("item__publisher", "item__provider").annotate(n=Count("item", distinct=True)).order_by("-n")[:200]
    seen: dict[tuple[str, str], None] = {}
    for publisher, provider, _n in pairs:
        field, name = ("publisher", publisher) if publisher else ("provider", provider)
        if name:
            seen.setdefault((field, name), None)
    if not seen:
        return []
    matcher = Matcher(known_vendors(demo=actor.showing_demo))
    found = []
    for field, name in seen:
        match = matcher.best(name)
        if match is not None:
            found.append(
                Suggestion(
                    name[:200], [{"field": field, "operator": "is", "value": name}], int(match.id), None,
                    f"{field} is a name of a vendor ({match.how})",
                )
            )  # fmt: skip
    return found[:MOST]
