"""Panels that a person looks after, and the one behind a secret."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db.models import Q, QuerySet

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.kit.scope import within
from readiness.outlets.models import Panel


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def managed(actor: Actor) -> QuerySet[Panel]:
    """One's own, and for administrators those about their units; none for a token."""
    if actor.user_id is None or actor.scopes is not None:
        return Panel.objects.none()
    paths = actor.paths(Action.CONFIGURE)
    administered = Q() if EVERYTHING in paths else within("unit__path", paths)
    shown = Q(owner=actor.user_id) | administered if administered or not paths else Q()
    rows: QuerySet[Panel] = Panel.objects.filter(shown, demo=actor.showing_demo).select_related("owner", "unit")
    return rows.order_by("-pk")


def panel_behind(secret: str, now: datetime) -> Panel | None:
    """Not revoked, not at its end, of somebody who is active."""
    standing = Panel.objects.filter(digest=digest_of(secret), revoked_at=None, expires_at__gt=now, owner__is_active=True)
    return standing.select_related("owner", "unit").first()
