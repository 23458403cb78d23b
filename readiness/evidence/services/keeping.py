"""Files that are brought in: written once, under a name that nobody can guess, with their size and digest."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from readiness.evidence.models import Delivery, Payload

FOLDER = "evidence"
ORPHAN_AFTER = timedelta(days=1)
_CHUNK, _AT_ONCE = 2**20, 500


@dataclass(frozen=True, slots=True)
class Kept:
    """`stored_as` is the name in the default storage."""

    stored_as: str
    size_bytes: int
    sha256: str


class _Measured(File):  # type: ignore[type-arg]
    """A file that counts and digests what is read of it, and stops at `most` bytes."""

    def __init__(self, file: File[Any], most: int) -> None:
        super().__init__(file.file, file.name)
        self._inner, self._most = file, most
        self.read_bytes, self.digest = 0, hashlib.sha256()

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for chunk in self._inner.chunks(chunk_size or _CHUNK):
            self.read_bytes += len(chunk)
            if self.read_bytes > self._most:
                raise ValidationError({"file": _("The file is larger than %d MB.") % (self._most // 2**20)})
            self.digest.update(chunk)
            yield chunk


@contextmanager
def kept(file: File[Any], most: int) -> Iterator[Kept]:
    """The file in the storage; gone again if the block fails. Raises ValidationError for one that is empty or too large."""
    name = f"{FOLDER}/{secrets.token_hex(20)}"
    with ExitStack() as undo:
        undo.callback(default_storage.delete, name)
        yield _save(name, _Measured(file, most))
        undo.pop_all()


def _save(name: str, file: _Measured) -> Kept:
    default_storage.save(name, file)
    if not file.read_bytes:
        raise ValidationError({"file": _("The file is empty.")})
    return Kept(name, file.read_bytes, file.digest.hexdigest())


def forget(stored_as: str) -> None:
    """Take a file away; a name that is empty or gone is nothing to take."""
    if stored_as:
        default_storage.delete(stored_as)


def forget_orphans(now: datetime) -> int:
    """Take away files that no row names, of somebody who died between the file and its row; the answer is how many."""
    _folders, names = default_storage.listdir(FOLDER) if default_storage.exists(FOLDER) else ([], [])
    gone, waiting = 0, iter(names)
    while some := [f"{FOLDER}/{name}" for name in islice(waiting, _AT_ONCE)]:
        named = set(Delivery.objects.filter(stored_as__in=some).values_list("stored_as", flat=True))
        named |= set(Payload.objects.filter(stored_as__in=some).values_list("stored_as", flat=True))
        for name in set(some) - named:
            if _made_before(name, now - ORPHAN_AFTER):
                default_storage.delete(name)
                gone += 1
    return gone


def _made_before(name: str, before: datetime) -> bool:
    try:
        return default_storage.get_modified_time(name) < before
    except FileNotFoundError:
        return False
