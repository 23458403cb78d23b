"""What tools push: a file or normalised observations, each under a key that makes sending it again harmless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from portfolio.accounts.models import ApiToken
from portfolio.accounts.rules import Actor
from portfolio.kit.keeping import Kept, kept
from readiness.evidence.choices import SourceKind, Way
from readiness.evidence.models import Delivery, PushPace, Source
from readiness.evidence.queries.references import referred
from readiness.evidence.rules.envelope import BadBody, Envelope
from readiness.evidence.rules.identity import digest
from readiness.evidence.rules.normal import wrong_words
from readiness.evidence.services.bringing import brought_source, subject
from readiness.evidence.services.declaring import environment as checked
from readiness.evidence.services.ingest import Subject
from readiness.evidence.services.keeping import FOLDER, forget
from readiness.evidence.services.receiving import JSON, OBSERVATIONS
from readiness.evidence.services.uploads import plain_name, queue, seen_as

MOST_BODY = 64 * 2**20
LONGEST_KEY = 150
_MINUTE = timedelta(minutes=1)


class TooOften(Exception):
    """Too many pushes in this minute; `retry_after_s` seconds are left of it."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class KeyReused(Exception):
    """The key came before with another request."""


def keep_pace(*, by: Actor, token: ApiToken | None, now: datetime) -> None:
    """Count one more push of this minute, also one that will be refused. Raises TooOften beyond the limit.

    One statement on one row: two hundred at once count exactly, whichever process they meet.
    """
    minute = now.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {PushPace._meta.db_table} AS pace (caller, minute, pushes) VALUES (%s, %s, 1)"  # noqa: S608 - our table
            " ON CONFLICT (caller) DO UPDATE SET minute = excluded.minute,"
            " pushes = CASE WHEN pace.minute = excluded.minute THEN pace.pushes + 1 ELSE 1 END RETURNING pushes",
            [_caller(by, token), minute],
        )
        (pushes,) = cursor.fetchone()
    if pushes > settings.EVIDENCE_PUSHES_PER_MINUTE:
        raise TooOften(max(1, ceil((minute + _MINUTE - now).total_seconds())))


def push_file(
    *, by: Actor, key: str, file: File[Any], about: Mapping[str, Any], environment: Mapping[str, Any], now: datetime,
    note: str = "", token: ApiToken | None = None,
) -> Delivery:  # fmt: skip
    """Take a tool's file; what it is, its content tells. `about` names what it is evidence of, as queries.references reads it.

    Raises PermissionDenied, ValidationError, KeyReused.
    """
    push = _Push(by, key, about, environment, note, plain_name(file.name), token, now)
    return push.take(file, settings.EVIDENCE_MAX_BYTES, [about, environment, note, push.file_name])


def push_observations(
    *, by: Actor, key: str, body: bytes, form: str, said: Envelope, now: datetime, token: ApiToken | None = None
) -> Delivery:
    """Take normalised observations, `body` as it came and `said` as it was read; `form` is json or ndjson.

    A row of words that nobody knows refuses them all (BadBody); a value that cannot be is refused by itself, when the worker
    reads it. Raises PermissionDenied, ValidationError, KeyReused too.
    """
    if wrong := wrong_words(said.rows):
        raise BadBody(*wrong)
    push = _Push(by, key, said.about, said.environment, said.note, f"observations.{form}", token, now)
    outside = [] if form == JSON else [said.about, said.environment, said.note, said.kind]
    detected = {"tool": OBSERVATIONS, "label": "Normalised observations", "format": form, "unproven": False, "kind": said.kind}
    return push.take(ContentFile(body, push.file_name), MOST_BODY, [form, outside], [detected])


@dataclass(frozen=True)
class _Push:
    """One request under one key."""

    by: Actor
    key: str
    about: Mapping[str, Any]
    environment: Mapping[str, Any]
    note: str
    file_name: str
    token: ApiToken | None
    now: datetime

    def take(self, file: File[Any], most: int, asked: list[Any], detected: list[dict[str, Any]] | None = None) -> Delivery:
        """The delivery of this request: made, or the one that the same request made before. `asked` is what it says beside the
        content. Whoever comes second waits for the first and gets its delivery."""
        before = self._before()
        place = None if before else self._place()
        with kept(file, folder=FOLDER, most=most) as stored:
            same = digest([stored.sha256, *asked])
            if place is None:
                forget(stored.stored_as)
                return _of_same(before, same)
            try:
                with transaction.atomic():
                    return self._queue(stored, place, same, detected)
            except IntegrityError:
                before = self._before()
                if before is None:
                    raise
        forget(stored.stored_as)
        return _of_same(before, same)

    def _place(self) -> tuple[Subject, Source, dict[str, Any]]:
        about = subject(self.by, **referred(self.by, self.about))
        said = checked(self.environment, self.now)
        return about, brought_source(self.by, SourceKind.PUSH, about), said

    def _queue(
        self, stored: Kept, place: tuple[Subject, Source, dict[str, Any]], same: str, detected: list[dict[str, Any]] | None
    ) -> Delivery:
        about, source, said = place
        return queue(
            by=self.by, about=about, source=source, way=Way.PUSH, stored=stored, now=self.now, environment=said,
            file_name=self.file_name, detected=seen_as(self.file_name, stored) if detected is None else detected,
            note=self.note, idempotency_key=self._kept_key(), request_digest=same, token=self.token,
        )  # fmt: skip

    def _before(self) -> Delivery | None:
        return Delivery.objects.filter(idempotency_key=self._kept_key()).first()

    def _kept_key(self) -> str:
        return f"{digest(_caller(self.by, self.token))[:16]}:{self.key}"


def _of_same(before: Delivery | None, same: str) -> Delivery:
    if before is None or before.request_digest != same:
        raise KeyReused
    return before


def checked_key(raw: str | None) -> str:
    """The key that a client sent. Raises ValidationError."""
    key = (raw or "").strip()
    if not key:
        raise ValidationError(
            {"Idempotency-Key": _("Send this header with a text of your own for this push, such as the id of the CI job.")}
        )
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise ValidationError({"Idempotency-Key": _("At most %d printable characters of ASCII.") % LONGEST_KEY})
    return key


def _caller(by: Actor, token: ApiToken | None) -> str:
    return f"token:{token.pk}" if token else f"user:{by.user_id}"
