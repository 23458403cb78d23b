"""Writing comments, with their mentions and files."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.queries import people_who_see
from portfolio.accounts.rules import Actor
from portfolio.activity.models import Attachment, Comment
from portfolio.activity.queries import Subject
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit

MAX_TEXT = 20_000
MAX_FILES = 10


def add_comment(
    *, by: Actor, subject: Subject, text: str, url: str, mentions: Sequence[User] = (), attachments: Sequence[UploadedFile] = ()
) -> Comment:
    """Add a comment; mentioned people get a notice that leads to `url`.

    Raises PermissionDenied without the right to comment there; ValidationError for no or too long a text, too many or too
    large files, and for a mention of somebody who may not see the unit (they would get its words in a notice).
    """
    if by.user_id is None or not subject.visible_to(by) or not by.may(Action.COMMENT, subject.unit_path):
        raise PermissionDenied(_("Your roles do not allow commenting here."))
    assert subject.unit_id is not None, "what people comment on has a unit"
    unit = BusinessUnit.objects.get(pk=subject.unit_id)
    text = text.replace("\x00", "").strip()
    _check(text, attachments)
    _check_mentions(mentions, unit, demo=subject.demo)
    with acting(by):
        comment = Comment.objects.create(
            object_type=subject.table,
            object_id=subject.pk,
            initiative_id=subject.initiative_id,
            unit=unit,
            author_id=by.user_id,
            text=text,
            demo=subject.demo,
        )
        comment.mentions.set(mentions)
        for file in attachments:
            attach(comment=comment, file=file)
        emit("comment.added", {"comment_id": comment.pk, "initiative_id": subject.initiative_id, "url": url})
    return comment


def _check(text: str, files: Sequence[UploadedFile]) -> None:
    if not text:
        raise ValidationError({"text": _("Write something first.")})
    if len(text) > MAX_TEXT:
        raise ValidationError({"text": _("A comment has at most %d characters.") % MAX_TEXT})
    if len(files) > MAX_FILES:
        raise ValidationError({"attachments": _("At most %d files go with one comment.") % MAX_FILES})
    for file in files:
        if (file.size or 0) > settings.ATTACHMENT_MAX_BYTES:
            limit = {"name": file.name, "limit": settings.ATTACHMENT_MAX_BYTES // 2**20}
            raise ValidationError({"attachments": _("%(name)s is larger than %(limit)d MB.") % limit})


def _check_mentions(mentions: Sequence[User], unit: BusinessUnit, *, demo: bool) -> None:
    wanted = {person.pk for person in mentions}
    if wanted and people_who_see(unit, demo=demo).filter(pk__in=wanted).count() < len(wanted):
        raise ValidationError({"mentions": _("Somebody you mention may not see this.")})


def attach(*, comment: Comment, file: UploadedFile) -> Attachment:
    """Store one file of a comment with its digest, inside the caller's transaction."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return Attachment.objects.create(
        comment=comment,
        file=file,
        name=_printable(file.name or "")[:200] or "file",
        size=file.size or 0,
        sha256=digest.hexdigest(),
        content_type=_printable(file.content_type or "")[:100] or "application/octet-stream",
    )


def _printable(name: str) -> str:
    """Without control signs and the ones that turn the reading direction, which dress one file name as another."""
    return "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf")).strip()


def require_removable(*, by: Actor, comment: Comment, unit_path: str) -> None:
    """Raises PermissionDenied unless it is one's own comment or one administers the unit where it stands."""
    if comment.author_id != by.user_id and not by.may(Action.CONFIGURE, unit_path):
        raise PermissionDenied(_("Only its author can take a comment down."))


def remove_comment(*, by: Actor, comment: Comment, unit_path: str) -> Comment:
    """Take one's own comment down (administrators any); the row and its audit stay."""
    require_removable(by=by, comment=comment, unit_path=unit_path)
    with acting(by):
        comment.removed_at = clock.now()
        comment.save(update_fields=["removed_at"])
    return comment
