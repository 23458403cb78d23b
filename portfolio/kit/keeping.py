"""A file that is brought in: written once, under a name that nobody can guess, with its size and digest."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

_CHUNK = 2**20


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
def kept(file: File[Any], *, folder: str, most: int) -> Iterator[Kept]:
    """The file in the storage; gone again if the block fails. Raises ValidationError for one that is empty or too large."""
    name = f"{folder}/{secrets.token_hex(20)}"
    with ExitStack() as undo:
        undo.callback(default_storage.delete, name)
        yield _save(name, _Measured(file, most))
        undo.pop_all()


def _save(name: str, file: _Measured) -> Kept:
    default_storage.save(name, file)
    if not file.read_bytes:
        raise ValidationError({"file": _("The file is empty.")})
    return Kept(name, file.read_bytes, file.digest.hexdigest())
