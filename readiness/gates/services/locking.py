"""The row that everything about a review takes first (SECURITY.md, section 0)."""

from __future__ import annotations

from collections.abc import Collection

from readiness.gates.models import Review


def lock_review(review_id: int) -> Review:
    """The review as it is now, locked until the transaction ends, with its template and its initiative's unit.

    Whoever votes, waives, decides, withdraws or evaluates takes it first: what one of them reads, none of the others changes.
    Raises Review.DoesNotExist.
    """
    row: Review = (
        Review.objects.select_for_update(of=("self",), no_key=True)
        .select_related("template", "initiative__unit", "initiative__stage")
        .get(pk=review_id)
    )
    return row


def lock_reviews(review_ids: Collection[int]) -> list[Review]:
    """Several of them, always in the order of their ids, so that two who want the same wait and never in a circle."""
    rows = Review.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=review_ids).order_by("id")
    return list(rows.select_related("template", "initiative__unit", "initiative__stage"))
