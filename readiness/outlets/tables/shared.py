"""Shared panels as rows: what each shows to whom, how long, and when it was looked at last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from readiness.outlets.choices import PANEL_LABELS, PanelKind
from readiness.outlets.models import Panel


def panel_rows(found: Iterable[Panel], reader: int, now: datetime) -> list[dict[str, Any]]:
    """`other` names the owner where it is not the reader."""
    return [_row(panel, reader, now) for panel in found]


def _row(panel: Panel, reader: int, now: datetime) -> dict[str, Any]:
    state = "revoked" if panel.revoked_at else "ended" if panel.expires_at <= now else "open"
    return {
        "pk": panel.pk, "name": panel.name, "kind": _(PANEL_LABELS[PanelKind(panel.kind)]), "money": panel.money,
        "unit": panel.unit.name if panel.unit else _("whole organisation"), "origins": panel.origins, "state": state,
        "created_at": panel.created_at, "expires_at": panel.expires_at, "revoked_at": panel.revoked_at,
        "last_read_at": panel.last_read_at, "other": panel.owner if panel.owner_id != reader else None,
    }  # fmt: skip
