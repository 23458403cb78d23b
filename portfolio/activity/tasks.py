"""Telling people that they were mentioned."""

from portfolio.activity import services
from portfolio.outbox.services import Claim


def notify_mention(held: Claim) -> None:
    """One notice per mentioned person; a repeated run writes nothing new."""
    with held.finishing():
        services.notice_mentions(comment_id=int(held.payload["comment_id"]), url=held.payload["url"])
