"""One-page files as rows: how far each is, what it is about, and where it is opened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from readiness.outlets.choices import UNDER_WAY, SheetState, Variant
from readiness.outlets.models import Sheet

STATES: dict[str, tuple[Any, str]] = {
    SheetState.ASKED: (_("Waits to be made"), "clock"),
    SheetState.GATHERING: (_("Figures are being read"), "refresh"),
    SheetState.PRINTING: (_("Being printed"), "refresh"),
    SheetState.READY: (_("Ready"), "file-text"),
    SheetState.FAILED: (_("Could not be made"), "alert-triangle"),
}
STEPS = tuple(SheetState)[:4]
VARIANTS = {Variant.MONEY: _("with amounts"), Variant.PLAIN: _("without amounts")}


def sheet_rows(found: Iterable[tuple[Sheet, bool]]) -> list[dict[str, Any]]:
    """From pairs of a sheet and whether its owner may still open it."""
    return [_row(sheet, opens) for sheet, opens in found]


def _row(sheet: Sheet, opens: bool) -> dict[str, Any]:
    word, icon = STATES[sheet.state]
    ready = sheet.state == SheetState.READY
    return {
        "pk": sheet.pk, "word": word, "icon": icon, "variant": VARIANTS[Variant(sheet.variant)], "about": sheet.about,
        "waiting": sheet.state in UNDER_WAY, "step": STEPS.index(SheetState(sheet.state)) if sheet.state in STEPS else 0,
        "failed": sheet.state == SheetState.FAILED, "error": sheet.error, "asked_at": sheet.asked_at, "made_at": sheet.made_at,
        "sha256": sheet.sha256, "size_bytes": sheet.size_bytes, "closed": ready and not opens,
        "url": reverse("outlets:sheet_file", args=[sheet.pk]) if ready and opens else "",
    }  # fmt: skip
