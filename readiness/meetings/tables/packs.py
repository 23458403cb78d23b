"""Versions of a pack as rows: state, size, digests of both variants, and what the reader may open."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from readiness.gates.tables.words import Sign, sign
from readiness.meetings.choices import PackState, Variant
from readiness.meetings.queries.packs import Version, best

STATES: dict[str, Sign] = {
    PackState.DRAFT: (_("Waits for its print"), "clock"),
    PackState.RENDERING: (_("Is being printed"), "refresh"),
    PackState.READY: (_("Ready, not sent"), "file-text"),
    PackState.FAILED: (_("Could not be printed"), "alert-triangle"),
    PackState.SENT: (_("Sent"), "send"),
}
VARIANTS = {Variant.MONEY: _("with money"), Variant.PLAIN: _("without money")}
_WORST = (PackState.FAILED, PackState.DRAFT, PackState.RENDERING, PackState.READY, PackState.SENT)


def version_rows(versions: Iterable[Version], opened: dict[int, Collection[Variant]]) -> list[dict[str, Any]]:
    """`opened`: by number, which variants the reader may open."""
    return [_row(one, opened.get(one.number, ())) for one in versions]


def _row(one: Version, opened: Collection[Variant]) -> dict[str, Any]:
    pack = one.any
    state = next(each for each in _WORST if each in {pack.state for pack in one.packs.values()})
    given = best(opened)
    return {
        "number": one.number,
        "state": sign(STATES, state),
        "waiting": one.waiting,
        "failed": one.failed,
        "ready": one.printed and not one.sent,
        "sent": one.sent,
        "made_at": pack.made_at,
        "made_by": pack.made_by,
        "sent_at": pack.sent_at,
        "error": next((each.error for each in one.packs.values() if each.error), ""),
        "pages": pack.pages,
        "file_url": reverse("meetings:pack_file", args=[pack.meeting_id, one.number]) if given and one.printed else "",
        "given": VARIANTS[given] if given else "",
        "variants": [
            {"key": variant.value, "word": VARIANTS[variant], "sha256": each.sha256, "may": variant in opened}
            for variant, each in one.packs.items()
        ],
    }
