"""Words that every section uses: days, names, verdicts as badges, and how it is said that nobody knows."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.templatetags.ui import VERDICTS
from readiness.gates.tables.words import OUTCOMES
from readiness.meetings.rules.packs.page import Badge, Cell, Fact


def day(value: date) -> str:
    """`12 Mar 2026`."""
    return date_format(value, "j M Y", use_l10n=False)


def moment(at: datetime, zone: tzinfo) -> str:
    """`Fri 13 Mar 2026, 10:00`."""
    return date_format(at.astimezone(zone), "D j M Y, H:i", use_l10n=False)


def clock(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%H:%M")


def verdict(key: str) -> Badge:
    return Badge(str(VERDICTS[key][0]), key)


def outcome(key: str) -> Badge:
    """An outcome in the one strong badge of a page; none is said to be none."""
    return Badge(str(OUTCOMES[key][0]), "outcome") if key else Badge(_("Not judged"), "unknown")


def unknown(word: str) -> Cell:
    """A cell that says that nobody knows, as loudly as a verdict does."""
    return Cell(badge=Badge(word, "unknown"))


def fact(label: str, value: str, *, otherwise: str = "") -> Fact:
    """`otherwise`: what is said where there is nothing."""
    return Fact(label, value) if value else Fact(label, otherwise or _("we do not know"), unknown=True)


def days(count: int) -> str:
    return ngettext("%d day", "%d days", count) % count


def joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
