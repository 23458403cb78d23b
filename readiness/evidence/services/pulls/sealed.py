"""The secrets of a source, for the connector and for nothing that is stored or shown."""

from __future__ import annotations

import json

from portfolio.kit.secrets import open_sealed
from readiness.evidence.models import Source


def opened(source: Source) -> dict[str, str]:
    """Name -> secret, in plain text. Raises SecretError."""
    text = open_sealed(source.seal_owner, source.sealed)
    return {str(name): str(value) for name, value in json.loads(text).items()} if text else {}
