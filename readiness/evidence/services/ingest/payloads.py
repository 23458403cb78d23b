"""The raw answer or file behind the runs: its digest for ever, its beginning for a reader."""

from __future__ import annotations

import hashlib

from readiness.evidence.models import Payload
from readiness.evidence.rules.excerpts import LONGEST, MARGIN, excerpt, printable
from readiness.evidence.services.ingest.arrived import Content, StoredPayload
from readiness.evidence.services.ingest.landing import Landing

_CHUNK = 1024 * 1024
_LONGEST_NAME, _LONGEST_TYPE = 500, 100


class Payloads:
    """Rows of the payloads of one delivery: one that was written is not written again, though several batches bring it."""

    def __init__(self, landing: Landing) -> None:
        self._landing = landing
        self._written: dict[tuple[str, str], int] = {}
        self._stored: dict[str, int] = {}

    def keep(self, content: Content) -> int:
        """The id of its row. Reads the content once, a part at a time; a stored file that many batches are of, once for all."""
        if not isinstance(content, StoredPayload):
            return self._keep(content)
        if content.stored_as not in self._stored:
            self._stored[content.stored_as] = self._keep(content)
        return self._stored[content.stored_as]

    def _keep(self, content: Content) -> int:
        size, sha256, head = _read(content)
        known = self._written.get((content.name, sha256))
        if known is None:
            known = self._written[content.name, sha256] = self._write(content, size, sha256, head)
        return known

    def _write(self, content: Content, size: int, sha256: str, head: bytes) -> int:
        delivery, subject = self._landing.delivery, self._landing.subject
        row = Payload.objects.create(
            delivery=delivery, source_id=delivery.source_id, feed=self._landing.feed, unit=subject.unit,
            initiative_id=subject.initiative_id, name=str(printable(content.name))[:_LONGEST_NAME],
            media_type=str(printable(content.media_type))[:_LONGEST_TYPE], size_bytes=size, sha256=sha256, excerpt=excerpt(head),
            stored_as=getattr(content, "stored_as", ""),
        )  # fmt: skip
        return row.pk


def _read(content: Content) -> tuple[int, str, bytes]:
    """Size, SHA-256 and the beginning."""
    digest, size = hashlib.sha256(), 0
    with content.opened() as stream:
        head = stream.read(LONGEST + MARGIN)
        chunk = head
        while chunk:
            digest.update(chunk)
            size += len(chunk)
            chunk = stream.read(_CHUNK)
    return size, digest.hexdigest(), head
