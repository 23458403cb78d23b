"""Notices: what a person should see, written once however often the job that writes it runs, and mailed as each wants it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.queries import people_who_see
from portfolio.accounts.rules import Actor
from portfolio.activity.choices import How, NoticeKind, Subjects
from portfolio.activity.models import Comment, Notice
from portfolio.activity.queries import how_told, subjects, unread_notices
from portfolio.activity.services.letters import letter_of
from portfolio.activity.services.mails import one_line, queue_mail
from portfolio.kit import clock


@dataclass(frozen=True)
class Place:
    """What a notice is about, as far as it decides who may be told: an initiative, a unit, or the whole product."""

    initiative_id: int | None
    unit: BusinessUnit | None
    demo: bool

    def people(self, wanted: set[int]) -> list[User]:
        """Those of the wanted who are still active and may still see it."""
        if self.unit is None:
            seeing = User.objects.filter(is_active=True, demo__in={False, self.demo})
        else:
            seeing = people_who_see(self.unit, demo=self.demo, real_too=True)
        return list(seeing.filter(pk__in=wanted).order_by("pk"))


def notify(
    *,
    people: Iterable[int | None],
    kind: NoticeKind,
    key: str,
    text: str,
    url: str,
    quote: str = "",
    initiative_id: int | None = None,
    unit: BusinessUnit | None = None,
    demo: bool = False,
    but: int | None = None,
) -> int:
    """Tell people (ids; None among them is passed over, and so is `but`, who did it) what happened; returns how many are told
    now and were not before. The same `key` tells a person once.

    Only who may see the initiative, or else the unit, is told. `text` goes out by mail and names no amount; `quote` (words
    that somebody typed) stays in the portal. `url` is a path of this product. What belongs to the demo is never mailed.
    """
    wanted = {one for one in people if one is not None} - {but}
    place = _place(initiative_id, unit, demo=demo) if wanted else None
    if place is None:
        return 0
    now = clock.now()
    with transaction.atomic():
        told = place.people(wanted - set(Notice.objects.filter(key=key, user__in=wanted).values_list("user_id", flat=True)))
        how = how_told([person.pk for person in told], kind)
        made = [
            Notice(
                user=person, kind=kind, key=key, text=one_line(text)[:300], quote=one_line(quote)[:200], url=url[:300],
                initiative_id=initiative_id, unit=unit if initiative_id is None else None, demo=place.demo,
                **_way(person, how[person.pk], place, now),
            )
            for person in told
        ]  # fmt: skip
        Notice.objects.bulk_create(made, ignore_conflicts=True)
        for notice in made:
            if notice.mailed_at:
                letter = letter_of([notice])
                queue_mail(key=f"notice:{notice.user_id}:{key}", to=notice.user.email, subject=letter.subject, text=letter.text)
    return len(made)


def _place(initiative_id: int | None, unit: BusinessUnit | None, *, demo: bool) -> Place | None:
    """None if the initiative is gone."""
    if initiative_id is None:
        return Place(None, unit, demo)
    found = subjects([(Subjects.INITIATIVE, initiative_id)]).get((Subjects.INITIATIVE, initiative_id))
    return Place(initiative_id, BusinessUnit(pk=found.unit_id, path=found.unit_path), found.demo) if found else None


def _way(person: User, how: How, place: Place, now: datetime) -> dict[str, object]:
    if place.demo or person.demo:
        return {"how": How.PORTAL}
    return {"how": how, "mailed_at": now if how is How.AT_ONCE else None}


def notice_mentions(*, comment_id: int, url: str) -> int:
    """Write the notices of one comment; returns how many people are told now."""
    comment = Comment.objects.select_related("author", "unit").prefetch_related("mentions").get(pk=comment_id)
    subject = subjects([(comment.object_type, comment.object_id)]).get((comment.object_type, comment.object_id))
    return notify(
        people=[person.pk for person in comment.mentions.all()],
        kind=NoticeKind.MENTION,
        key=f"comment-{comment.pk}",
        text=_("%(who)s mentioned you: %(what)s") % {"who": comment.author, "what": subject.label if subject else ""},
        quote=comment.text[:200],
        url=url,
        initiative_id=comment.initiative_id,
        unit=comment.unit,
        demo=comment.demo,
    )


def read_notice(*, by: Actor, notice: Notice) -> None:
    """Mark one's own notice as read; what is read is not in the next digest."""
    if notice.user_id != by.user_id or by.scopes is not None:
        raise PermissionDenied(_("This notice is somebody else's."))
    notice.read_at = clock.now()
    notice.save(update_fields=["read_at"])


def read_all_notices(*, by: Actor) -> int:
    """Mark all of one's own notices as read; returns how many there were."""
    if by.scopes is not None:
        raise PermissionDenied(_("A token reads no notices."))
    return unread_notices(by).update(read_at=clock.now())
