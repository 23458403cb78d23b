"""Making and revoking the address of a panel."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.kit.acting import acting
from readiness.outlets.choices import PanelKind
from readiness.outlets.models import Panel
from readiness.outlets.queries.panels import digest_of, managed

LIFE = timedelta(days=366)
MOST = 50  # that open something, of one person


def make_panel(
    *, by: Actor, name: str, kind: PanelKind, unit: BusinessUnit | None, money: bool, origins: Sequence[str], days: int,
    now: datetime,
) -> tuple[Panel, str]:  # fmt: skip
    """The panel and the secret of its address, which is shown this once and never stored.

    Raises PermissionDenied for what is no person, for a unit for which `by` may make no tokens, and for money that it does not
    see; ValidationError for a life of more than a year.
    """
    path = unit.path if unit else EVERYTHING
    owner = by.user_id
    if owner is None or by.scopes is not None or not (by.may(Action.TOKEN, path) and by.may(Action.VIEW, path)):
        raise PermissionDenied(_("Your roles do not allow sharing panels of this unit."))
    if money and not by.may(Action.MONEY, path):
        raise PermissionDenied(_("Your roles do not see amounts of this unit."))
    if not timedelta(0) < timedelta(days=days) <= LIFE:
        raise ValidationError({"days": _("An address lives between one day and one year.")})
    if managed(by).filter(owner=owner, revoked_at=None, expires_at__gt=now).count() >= MOST:
        raise ValidationError(_("You share %d panels already. Revoke one first.") % MOST)
    secret = secrets.token_urlsafe(32)
    with acting(by):
        panel = Panel.objects.create(
            owner_id=owner, name=name, kind=kind, unit=unit, money=money, origins=list(origins), demo=by.showing_demo,
            digest=digest_of(secret), expires_at=now + timedelta(days=days),
        )  # fmt: skip
    return panel, secret


def revoke_panel(*, by: Actor, panel: Panel, now: datetime) -> Panel:
    """Its address opens nothing from the next request on: one's own, or any of the units that one administers."""
    if not managed(by).filter(pk=panel.pk).exists():
        raise PermissionDenied(_("This panel is somebody else's."))
    with acting(by):
        Panel.objects.filter(pk=panel.pk, revoked_at=None).update(revoked_at=now)
    panel.refresh_from_db()
    return panel
