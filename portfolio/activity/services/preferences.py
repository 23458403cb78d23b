"""How a person wants to be told."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.activity.choices import DEFAULT_HOW, How, NoticeKind
from portfolio.activity.models import NoticePreference


def set_preferences(*, by: Actor, wanted: Mapping[NoticeKind, How]) -> None:
    """Keep what differs from the defaults; what is like its default follows it, also when it changes with a new version.

    It holds for what happens from now on.
    """
    if by.user_id is None or by.scopes is not None:
        raise PermissionDenied(_("Only a person chooses how to be told."))
    own = {kind: how for kind, how in wanted.items() if how != DEFAULT_HOW[kind]}
    with transaction.atomic():
        NoticePreference.objects.filter(user_id=by.user_id, kind__in=set(wanted) - set(own)).delete()
        NoticePreference.objects.bulk_create(
            (NoticePreference(user_id=by.user_id, kind=kind, how=how) for kind, how in own.items()),
            update_conflicts=True,
            unique_fields=["user", "kind"],
            update_fields=["how"],
        )
