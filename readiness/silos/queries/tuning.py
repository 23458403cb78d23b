"""What the rules are tuned by now."""

from __future__ import annotations

from readiness.silos.models import RuleSetting
from readiness.silos.rules.settings import Settings
from readiness.silos.rules.tuning import settings_of


def written(kind: str) -> RuleSetting:
    """What was written of one rule; an unsaved row where nothing was."""
    return RuleSetting.objects.filter(kind=kind).first() or RuleSetting(kind=kind, values={})


def settings_now() -> Settings:
    """The defaults, and over them what people wrote. One statement."""
    return settings_of(dict(RuleSetting.objects.values_list("kind", "values")))
