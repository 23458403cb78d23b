"""Tokens and passwords of a source: sealed for it alone, never shown again, gone when the source points elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.kit import clock
from portfolio.kit.secrets import KeyMissing, seal
from readiness.evidence.models import Source

COLUMNS = ("sealed", "secret_names", "secrets_at")


def put(source: Source, secrets: Mapping[str, str]) -> None:
    """Seal these, and only these; the caller saves COLUMNS. The row must have its id already."""
    kept = {name: value for name, value in secrets.items() if value}
    try:
        source.sealed = seal(source.seal_owner, json.dumps(kept)) if kept else ""
    except KeyMissing as missing:
        raise ValidationError(_("No secret can be kept: the operator has not set PILOTAGE_SECRET_KEYS.")) from missing
    source.secret_names, source.secrets_at = sorted(kept), clock.now() if kept else None


def merged(kept: Mapping[str, str], given: Mapping[str, str | None] | None) -> dict[str, str]:
    """The secrets after a change: an empty one is taken away, one that is not named stays."""
    return {name: value for name, value in {**kept, **(given or {})}.items() if value}
