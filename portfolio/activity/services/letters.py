"""What a mail to a person says: only what their notices say, with links into the product and to where it can be stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.activity.choices import KIND_LABELS, NoticeKind
from portfolio.activity.models import Notice

MOST = 60  # notices in one digest; the rest is counted


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


def letter_of(notices: Sequence[Notice]) -> Letter:
    """One notice."""
    (notice,) = notices
    body = f"{notice.text}\n\n{address(notice.url)}\n"
    return Letter(notice.text, body + _footer())


def digest_of(notices: Sequence[Notice]) -> Letter:
    """Several notices, kind by kind in the order of the kinds, each oldest first."""
    count = len(notices)
    subject = ngettext("%(n)d thing for you in Pilotage", "%(n)d things for you in Pilotage", count) % {"n": count}
    order = list(NoticeKind)
    shown = sorted(notices[:MOST], key=lambda notice: (order.index(NoticeKind(notice.kind)), notice.pk))
    parts = [_part(NoticeKind(kind), list(rows)) for kind, rows in groupby(shown, key=lambda notice: notice.kind)]
    if count > MOST:
        parts.append(_("And %d more: ") % (count - MOST) + address(reverse("activity:notices")) + "\n")
    return Letter(subject, "\n".join(parts) + _footer())


def _part(kind: NoticeKind, rows: Sequence[Notice]) -> str:
    title = str(KIND_LABELS[kind])
    lines = "".join(f"- {row.text}\n  {address(row.url)}\n" for row in rows)
    return f"{title}\n{lines}"


def address(path: str) -> str:
    """A path of this product as an address for a mail."""
    return f"{settings.BASE_URL.rstrip('/')}{path}"


def _footer() -> str:
    where = address(reverse("activity:notice-settings"))
    return "\n-- \n" + _("Choose what you are told, and how, or stop these mails: ") + where + "\n"
