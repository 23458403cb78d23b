"""Notices: what a person should see, written once however often the job that writes it runs."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.activity.models import Comment, Notice
from portfolio.activity.queries import unread_notices
from portfolio.kit import clock


def notice_mentions(*, comment_id: int, url: str) -> int:
    """Write the notices of one comment; returns how many people were mentioned."""
    comment = Comment.objects.select_related("author").prefetch_related("mentions").get(pk=comment_id)
    notices = [
        Notice(
            user=person,
            kind="mention",
            key=f"comment-{comment.pk}",
            url=url,
            text=_("%(who)s mentioned you: %(text)s") % {"who": comment.author, "text": comment.text[:120]},
        )
        for person in comment.mentions.all()
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return len(notices)


def read_notice(*, by: Actor, notice: Notice) -> None:
    """Mark one's own notice as read."""
    if notice.user_id != by.user_id:
        raise PermissionDenied(_("This notice is somebody else's."))
    notice.read_at = clock.now()
    notice.save(update_fields=["read_at"])


def read_all_notices(*, by: Actor) -> int:
    """Mark all of one's own notices as read; returns how many there were."""
    return unread_notices(by).update(read_at=clock.now())
