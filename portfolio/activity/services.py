"""Writing comments and notices."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.rules import Actor
from portfolio.activity.models import Attachment, Comment, Notice
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit


def add_comment(
    *,
    by: Actor,
    object_type: str,
    object_id: int,
    unit: BusinessUnit,
    text: str,
    url: str,
    initiative_id: int | None = None,
    demo: bool = False,
    mentions: Sequence[User] = (),
    files: Sequence[UploadedFile] = (),
) -> Comment:
    """Add a comment; mentioned people get a notice that leads to `url`.

    Raises PermissionDenied without the right to comment there, ValidationError for an empty text or too large a file.
    """
    if by.user_id is None or not by.may(Action.COMMENT, unit.path):
        raise PermissionDenied(_("Your roles do not allow commenting here."))
    if not text.strip():
        raise ValidationError({"text": _("Write something first.")})
    for file in files:
        if (file.size or 0) > settings.ATTACHMENT_MAX_BYTES:
            raise ValidationError(
                {
                    "files": _("%(name)s is larger than %(limit)d MB.")
                    % {
                        "name": file.name,
                        "limit": settings.ATTACHMENT_MAX_BYTES // 2**20,
                    }
                }
            )
    with acting(by):
        comment = Comment.objects.create(
            object_type=object_type,
            object_id=object_id,
            initiative_id=initiative_id,
            unit=unit,
            author_id=by.user_id,
            text=text.strip(),
            demo=demo,
        )
        comment.mentions.set(mentions)
        for file in files:
            attach(comment=comment, file=file)
        emit(
            "comment.added",
            {"comment_id": comment.pk, "initiative_ids": [initiative_id] if initiative_id else [], "url": url},
        )
    return comment


def attach(*, comment: Comment, file: UploadedFile) -> Attachment:
    """Store one file of a comment with its digest, inside the caller's transaction."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return Attachment.objects.create(
        comment=comment,
        file=file,
        name=(file.name or "file")[:200],
        size=file.size or 0,
        sha256=digest.hexdigest(),
        content_type=(file.content_type or "application/octet-stream")[:100],
    )


def remove_comment(*, by: Actor, comment: Comment) -> Comment:
    """Take one's own comment down (administrators any); the row and its audit stay."""
    if comment.author_id != by.user_id and not by.may(Action.CONFIGURE, comment.unit.path):
        raise PermissionDenied(_("Only its author can remove a comment."))
    with acting(by):
        comment.removed_at = clock.now()
        comment.save(update_fields=["removed_at"])
    return comment


def notice_mentions(*, comment_id: int, url: str) -> int:
    """Write the notices of one comment; returns how many people were mentioned."""
    comment = Comment.objects.select_related("author").prefetch_related("mentions").get(pk=comment_id)
    notices = [
        Notice(
            user=person,
            kind="mention",
            key=f"comment-{comment.pk}",
            url=url,
            text=_("%(who)s mentioned you: %(text)s") % {"who": comment.author, "text": comment.text[:200]},
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
