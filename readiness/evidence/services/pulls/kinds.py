"""The connector behind a source."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from readiness.connectors import registry
from readiness.connectors.live import ROOTS, Config, Connector


def connector_of(kind: str) -> Connector:
    """Raises ValidationError for a kind that is not asked by us."""
    for one in registry.CONNECTORS:
        if one.kind == kind:
            return one
    known = ", ".join(one.kind for one in registry.CONNECTORS)
    raise ValidationError({"kind": _("There is no such kind of source to ask. Known: %s.") % known})


def with_roots(connector: Connector, config: Config) -> Config:
    """What is not asked over a network looks into the folders that the operator listed."""
    return config if connector.addressed else {**config, ROOTS: settings.EVIDENCE_FOLDERS}
