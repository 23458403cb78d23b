"""What a role looks after, in words, each line with the page where it is done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from readiness.dashboards.rules.desk import DeskKind, DeskLine

# kind -> (words by number, icon, address with its query, what the day means)
_WORDS: dict[DeskKind, Any] = {
    DeskKind.REQUESTS: ngettext_lazy("%(n)d purchase request waits", "%(n)d purchase requests wait", "n"),
    DeskKind.RENEWALS: ngettext_lazy(
        "%(n)d purchase renews or ends within 60 days", "%(n)d purchases renew or end within 60 days", "n"
    ),
    DeskKind.UNMAPPED: ngettext_lazy(
        "%(n)d billed service is mapped to nothing", "%(n)d billed services are mapped to nothing", "n"
    ),
    DeskKind.IMPORTS: ngettext_lazy("%(n)d file of amounts waits or failed", "%(n)d files of amounts wait or failed", "n"),
    DeskKind.UNBUDGETED: ngettext_lazy(
        "%(n)d of %(of)d running initiatives has no budget line this year",
        "%(n)d of %(of)d running initiatives have no budget line this year", "n",
    ),
    DeskKind.DECISIONS: ngettext_lazy("%(n)d decision at a gate in a week", "%(n)d decisions at gates in a week", "n"),
    DeskKind.DRIFTED: ngettext_lazy(
        "%(n)d decision stands on evidence that changed since", "%(n)d decisions stand on evidence that changed since", "n"
    ),
    DeskKind.JOBS: ngettext_lazy("%(n)d job was given up", "%(n)d jobs were given up", "n"),
    DeskKind.PEOPLE: ngettext_lazy(
        "%(n)d person can sign in and holds no role", "%(n)d people can sign in and hold no role", "n"
    ),
}  # fmt: skip
_ICONS = {
    DeskKind.REQUESTS: "inbox", DeskKind.RENEWALS: "calendar", DeskKind.UNMAPPED: "receipt", DeskKind.IMPORTS: "file-import",
    DeskKind.UNBUDGETED: "coin", DeskKind.DECISIONS: "scale", DeskKind.DRIFTED: "alert-triangle", DeskKind.ANCHOR: "shield-check",
    DeskKind.JOBS: "refresh", DeskKind.PEOPLE: "users",
}  # fmt: skip
_ROUTES = {
    DeskKind.REQUESTS: ("procurement:requests", "?state=asked"), DeskKind.RENEWALS: ("procurement:renewals", ""),
    DeskKind.UNMAPPED: ("procurement:billing_unmapped", ""), DeskKind.IMPORTS: ("finance:imports", ""),
    DeskKind.UNBUDGETED: ("finance:home", ""), DeskKind.DECISIONS: ("gates:decisions", ""), DeskKind.DRIFTED: ("gates:list", ""),
    DeskKind.ANCHOR: ("gates:decisions", ""), DeskKind.JOBS: ("accounts:queue", ""), DeskKind.PEOPLE: ("accounts:people", ""),
}  # fmt: skip


def desk_rows(lines: Iterable[DeskLine]) -> list[dict[str, Any]]:
    """`text`, `icon`, `url`, `day` and `when` (what the day is), `quiet` where nothing waits."""
    return [_row(one) for one in lines]


def _row(one: DeskLine) -> dict[str, Any]:
    route, query = _ROUTES[one.kind]
    return {
        "text": _text(one), "icon": _ICONS[one.kind], "url": reverse(route) + query, "day": one.day, "when": _when(one.kind),
        "quiet": not one.n and one.kind is not DeskKind.ANCHOR,
    }  # fmt: skip


def _text(one: DeskLine) -> str:
    if one.kind is DeskKind.ANCHOR:
        return (
            _("Heads of the decision chains were sent out")
            if one.day
            else _("Heads of the decision chains never left this place")
        )
    return str(_WORDS[one.kind] % {"n": one.n, "of": one.of or 0})


def _when(kind: DeskKind) -> str:
    labels = {DeskKind.REQUESTS: _("first needed"), DeskKind.RENEWALS: _("first to act by"), DeskKind.DRIFTED: _("last change")}
    return labels.get(kind, "")
