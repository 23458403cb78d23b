"""Misconfiguration, said before it hurts."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

MIN_KEY_LENGTH = 40


@register(Tags.database)
def two_roles(**_: Any) -> list[CheckMessage]:
    """pilotage.E001: the running role must not own the tables, else insert-only would be a promise, not a fact."""
    app, owner = settings.DATABASES["default"], settings.DATABASES["owner"]
    if app.get("USER") and app.get("USER") == owner.get("USER"):
        return [
            Error(
                "DATABASE_URL and DATABASE_OWNER_URL name the same role.",
                hint="Create two login roles: the owner runs migrations, the other one runs the product.",
                id="pilotage.E001",
            )
        ]
    return []


@register(Tags.security)
def secret_key(**_: Any) -> list[CheckMessage]:
    """pilotage.E002: no start without a key of one's own."""
    if len(settings.SECRET_KEY) < MIN_KEY_LENGTH:
        return [
            Error(
                f"SECRET_KEY is missing or shorter than {MIN_KEY_LENGTH} characters.",
                id="pilotage.E002",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def plain_http(**_: Any) -> list[CheckMessage]:
    """pilotage.W003: cookies travel readable where the base URL is not https."""
    if not settings.SECURE:
        return [
            checks.Warning(
                "PILOTAGE_BASE_URL is not https: cookies are not marked secure.",
                id="pilotage.W003",
            )
        ]
    return []
