"""Anchors: heads of the decision chains sent out of the database, so that a lost tail or a rolled-back database is noticed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor, system
from portfolio.activity.services.mails import File, queue_mail
from portfolio.kit.acting import acting
from readiness.gates.models import Anchor
from readiness.gates.queries.record import anchored, heads_now
from readiness.gates.rules.record.chain import Head, heads_digest

_LINES = "application/jsonl"


def send_anchors(*, now: datetime) -> Anchor | None:
    """Mail the heads that were not mailed yet to settings.DECISION_ANCHOR_MAIL; None where there are none, or nobody to tell.

    The mail is queued in the transaction that remembers it. Two at once may mail the same heads twice, which says the same.
    """
    people = list(settings.DECISION_ANCHOR_MAIL)
    heads = heads_now()
    new = _not_mailed(heads) if people else []
    if not new:
        return None
    with acting(system("gates")):
        row = record_anchor(way="mail", heads=new, digest=heads_digest(heads), sent_to=", ".join(people)[:300], now=now)
        for address in people:
            queue_mail(
                key=f"gates.anchor:{row.pk}:{address}", to=address, subject=_subject(row, new), text=_text(row, heads, new),
                attachments=[File(f"anchors-{row.pk}.jsonl", _LINES, lines(new, now).encode())],
            )  # fmt: skip
    return row


def anchor_printed(*, by: Actor, heads: Sequence[Head], where: str, now: datetime) -> Anchor:
    """Remember that these heads were printed on a pack; `where` names it."""
    with acting(by):
        return record_anchor(way="pack", heads=heads, digest=heads_digest(heads), sent_to=where[:300], now=now)


def record_anchor(*, way: str, heads: Sequence[Head], digest: str, sent_to: str, now: datetime) -> Anchor:
    return Anchor.objects.create(way=way, heads=[one.anchor(now) for one in heads], digest=digest, sent_to=sent_to, at=now)


def lines(heads: Sequence[Head], now: datetime) -> str:
    """As the verifier reads them: one JSON object a line."""
    return "".join(json.dumps(one.anchor(now), ensure_ascii=False) + "\n" for one in heads)


def _not_mailed(heads: Sequence[Head]) -> list[Head]:
    """Those that no mail has with this hash."""
    known = {(one["chain"], one["sequence"], one["hash"]) for one in anchored(way="mail")}
    return [one for one in heads if (one.chain, one.sequence, one.hash) not in known]


def _subject(row: Anchor, new: Sequence[Head]) -> str:
    return _("Heads of %(count)d decision chains, %(digest)s") % {"count": len(new), "digest": row.digest[:12]}


def _text(row: Anchor, heads: Sequence[Head], new: Sequence[Head]) -> str:
    told = _(
        "Keep this mail: with its attachment anybody can see later whether a gate decision was changed or lost.\n\n"
        "SHA-256 over the heads of all %(all)d chains: %(digest)s\n"
        "Heads that are new since the last mail:\n"
    ) % {"all": len(heads), "digest": row.digest}
    return told + "\n" + "".join(f"{one.chain}  {one.sequence}  {one.hash}\n" for one in new)
