"""The pre-read of a review, as far as a decision names it; the slice that makes and sends packs tells here that it did."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from readiness.gates.models import Review
from readiness.gates.models.review import OPEN
from readiness.gates.services.locking import lock_review

_SHA256 = re.compile(r"[0-9a-f]{64}")


def pack_sent(*, by: Actor, review: Review, packs: Mapping[str, str]) -> Review:
    """`packs` {variant: SHA-256 of the file that was sent}; from now on a decision names these. The caller has the right to send.

    Whoever looks at the decision form meanwhile has to look again. Raises ValidationError once the review is decided.
    """
    if not packs or not all(_SHA256.fullmatch(one) for one in packs.values()):
        raise ValueError("each variant of a pack has a SHA-256")
    with acting(by):
        row = lock_review(review.pk)
        if row.state not in OPEN:
            raise ValidationError(_("The review is decided or has ended; its pack stays as it was."))
        row.packs = dict(packs)
        row.version += 1
        row.save(update_fields=["packs", "version"])
    return row
