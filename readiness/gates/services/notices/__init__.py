"""What happens at gates, told to the people whom it concerns (portfolio.activity: each chooses how).

A notice says what and where and never an amount; what somebody typed is quoted in the portal only. Keys name the cause, so
that a job which runs again tells nobody twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portfolio.activity.choices import NoticeKind
from readiness.gates.services.notices import others, reviews, waivers
from readiness.gates.services.notices.telling import Told

TELLERS: Mapping[str, Callable[[Told], int]] = {
    "vote.asked": reviews.vote_asked,
    "review.opened": reviews.opened,
    "review.scheduled": reviews.scheduled,
    "review.ready": reviews.ready,
    "review.proposed": reviews.proposed,
    "review.decided": reviews.decided,
    "decision.drifted": reviews.drifted,
    "waiver.asked": waivers.asked,
    "waiver.decided": waivers.decided,
    "waiver.expiring": waivers.expiring,
    "waiver.expired": waivers.expired,
    "condition.set": others.of_condition(NoticeKind.CONDITION_SET, "You own a condition of %(initiative)s, due on %(due)s"),
    "condition.due": others.of_condition(NoticeKind.CONDITION_DUE, "A condition of yours is due on %(due)s: %(initiative)s"),
    "condition.overdue": others.of_condition(
        NoticeKind.CONDITION_OVERDUE, "A condition of yours is overdue since %(due)s: %(initiative)s"
    ),
    "delegation.given": others.delegated,
    "unknown.assigned": others.unknown_assigned,
}


def tell(kind: str, told: Told) -> int:
    """Tell whom the event concerns; how many are told now. An event of another kind, or whose row is gone, tells nobody."""
    teller = TELLERS.get(kind)
    return teller(told) if teller else 0
