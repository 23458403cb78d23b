"""Misconfiguration, said before it hurts."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from portfolio.kit.secrets import KeyMissing, keys, seal

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


@register(Tags.security)
def egress_list(**_: Any) -> list[CheckMessage]:
    """pilotage.E004: a mistake in the list of outgoing connections closes all of them."""
    if settings.EGRESS_FILE:
        from portfolio.kit.egress.allowlist import BadList, load

        try:
            load(Path(settings.EGRESS_FILE))
        except BadList as error:
            return [Error(f"PILOTAGE_EGRESS_FILE: {error}", hint="Until then nothing is reached.", id="pilotage.E004")]
    return []


@register(Tags.security, deploy=True)
def egress_loopback(**_: Any) -> list[CheckMessage]:
    """pilotage.W005: connectors could reach what listens on this machine for this machine only."""
    if settings.EGRESS_LOOPBACK:
        return [checks.Warning("PILOTAGE_EGRESS_LOOPBACK is for trials and tests: unset it.", id="pilotage.W005")]
    return []


@register(Tags.security)
def secret_keys(**_: Any) -> list[CheckMessage]:
    """pilotage.E006: keys that cannot seal. None at all is an error only once a secret is to be kept."""
    if keys():
        try:
            seal("check", "check")
        except KeyMissing as error:
            return [Error(str(error), hint="Each is 32 random bytes in URL-safe base64.", id="pilotage.E006")]
    return []


@register(Tags.security, deploy=True)
def no_secret_keys(**_: Any) -> list[CheckMessage]:
    """pilotage.W006: sources that need a password or token cannot be set up."""
    if not keys():
        return [checks.Warning("There is no PILOTAGE_SECRET_KEYS: no secret of a source can be kept.", id="pilotage.W006")]
    return []
