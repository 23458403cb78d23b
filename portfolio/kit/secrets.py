"""Secrets at rest: sealed with a key of their own and bound to their owner, so that a copied seal opens nowhere else.

The keys are Fernet keys from PILOTAGE_SECRET_KEYS or the file that PILOTAGE_SECRET_KEYS_FILE names; the first one seals, all
of them open. To change keys: put a new one first, run `manage.py rotate_secrets`, take the old one out.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import models

from portfolio.kit.audit import NEVER_RECORDED

if TYPE_CHECKING:
    Text = models.TextField[str, str]
else:
    Text = models.TextField  # generic in the stubs alone

_BATCH = 200


class SecretError(Exception):
    """Base of both. Neither text holds anything of the secret."""


class KeyMissing(SecretError):
    """There is no usable key: set one."""


class Unreadable(SecretError):
    """No key opens it, or it was sealed for another owner: the secret must be entered again."""


def seal(owner: str, text: str) -> str:
    """A token for `text` that `open_sealed` opens for the same `owner` alone, e.g. "evidence.source:17". Raises KeyMissing.

    The name of an owner must never change or come again for somebody else.
    """
    return _fernet().encrypt(json.dumps({"owner": owner, "secret": text}).encode()).decode("ascii")


def open_sealed(owner: str, token: str) -> str:
    """The text; "" for an empty token, which is no secret. Raises KeyMissing, Unreadable."""
    if not token:
        return ""
    try:
        content = json.loads(_fernet().decrypt(token.encode()))
    except (InvalidToken, UnicodeError) as error:
        raise Unreadable("No key opens this secret: enter it again.") from error
    if content["owner"] != owner:
        raise Unreadable("This secret belongs to something else: enter it again.")
    return str(content["secret"])


def resealed(token: str) -> str:
    """The same secret for the same owner under the first key. Raises KeyMissing, Unreadable."""
    try:
        return _fernet().rotate(token.encode()).decode("ascii")
    except (InvalidToken, UnicodeError) as error:
        raise Unreadable("No key opens this secret: enter it again.") from error


class SealedField(Text):
    """Holds a token of `seal`, or "". Its column is one that the audit trail never records; no form or admin shows it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **(kwargs | {"blank": True, "default": "", "editable": False}))

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """pilotage.E007: under another name the trail would keep every old seal for ever."""
        problems = super().check(**kwargs)
        if self.column not in NEVER_RECORDED:
            hint = f"Name it one of {', '.join(NEVER_RECORDED)}, or add its name there before its table is audited."
            problems.append(checks.Error("The audit trail would record this secret.", hint=hint, obj=self, id="pilotage.E007"))
        return problems


def sealed_fields() -> Iterator[tuple[type[models.Model], SealedField]]:
    """Every such field of every model."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, SealedField):
                yield model, field


def rotate(model: type[models.Model], field: SealedField) -> tuple[int, int]:
    """Bring every secret of a field under the first key: how many it moved, and how many no key opens (left as they are).

    A secret that somebody changes meanwhile is left to them, it is under the first key already. Raises KeyMissing.
    """
    moved = lost = 0
    rows = model._base_manager.exclude(**{field.name: ""}).order_by("pk").values_list("pk", field.name)
    for pk, token in rows.iterator(chunk_size=_BATCH):
        try:
            fresh = resealed(token)
        except Unreadable:
            lost += 1
        else:
            moved += model._base_manager.filter(pk=pk, **{field.name: token}).update(**{field.name: fresh})
    return moved, lost


def keys() -> list[str]:
    """As configured, the sealing one first."""
    if settings.SECRET_KEYS:
        return [str(key) for key in settings.SECRET_KEYS]
    try:
        return str(settings.SECRET_KEYS_FILE.read_text(encoding="ascii")).split()
    except (OSError, UnicodeError):
        return []


def _fernet() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys()])
    except ValueError:
        # Not chained: the reason would quote nothing useful, and the key stands in the frame.
        raise KeyMissing("PILOTAGE_SECRET_KEYS or PILOTAGE_SECRET_KEYS_FILE must give at least one Fernet key.") from None
