"""Zip and tar files, streamed member by member under limits of count, size and total."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, BinaryIO

from readiness.connectors.document import HEAD, Document, unpacked_head
from readiness.connectors.errors import Fatal

MOST_MEMBERS = 250_000
LARGEST_MEMBER = 256 * 1024 * 1024  # one that somebody asks for
_PIECE = 2**20
LARGEST_TOTAL = 16 * 1024**3  # of all members, whether asked for or not
_XZ, _BZIP, _ZIP = b"\xfd7zXZ\x00", b"BZh", b"PK\x03\x04"
_BROKEN = (
    tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError,
    ValueError,
)  # fmt: skip  # RuntimeError: an encrypted zip; ValueError: headers that lie


@dataclass(frozen=True, slots=True)
class Member:
    """`read` once, before the next member is asked for."""

    name: str
    size: int
    _open: Callable[[], IO[bytes]]

    def read(self, wanted: Callable[[bytes], bool] | None = None) -> bytes:
        """The content, or b"" if its first bytes are not `wanted`: what nobody reads need not fit into memory."""
        try:
            with self._open() as stream:
                content = stream.read(HEAD)
                if wanted is not None and not wanted(content):
                    return b""
                content = b"".join((content, *_pieces(stream, LARGEST_MEMBER + 1 - len(content))))
        except _BROKEN as broken:
            raise Fatal(f"{self.name} is damaged or encrypted") from broken
        if len(content) > LARGEST_MEMBER:
            raise Fatal(f"{self.name}: larger than {LARGEST_MEMBER // 2**20} MiB")
        return content


def _pieces(stream: IO[bytes], most: int) -> Iterator[bytes]:
    """Up to `most` bytes; asked for in one go, that much memory would be set aside whatever the size of the member."""
    while most > 0 and (piece := stream.read(min(most, _PIECE))):
        most -= len(piece)
        yield piece


def is_archive(head: bytes) -> bool:
    """By content. A gzip or xz around something that is no tar is none."""
    return head.startswith(_ZIP) or _is_tar(_unpacked(head))


def names_in(head: bytes) -> list[str]:
    """Names of the members whose headers lie in the first bytes."""
    if head.startswith(_ZIP):
        return _zip_names(head)
    plain, at, found = _unpacked(head), 0, []
    while at + 512 <= len(plain) and _is_tar(plain[at:]):
        header = plain[at : at + 512]
        try:
            size = int(header[124:136].strip(b"\x00 ") or b"0", 8)
        except ValueError:
            break
        prefix, name = header[345:500].split(b"\x00")[0], header[:100].split(b"\x00")[0]
        found.append((prefix + b"/" + name if prefix else name).decode("utf-8", "replace"))
        at += 512 + (size + 511) // 512 * 512
    return found


def members(document: Document) -> Iterator[Member]:
    """Regular files in their order. Fatal for a damaged, encrypted or oversized archive."""
    with document.raw() as stream:
        try:
            packed = stream.read(4) == _ZIP
            stream.seek(0)
            yield from _counted(_of_zip(stream) if packed else _of_tar(stream))
        except _BROKEN as broken:
            raise Fatal("the archive is damaged, encrypted or packed in an unknown way") from broken


def _counted(found: Iterator[Member]) -> Iterator[Member]:
    count, total = 0, 0
    for member in found:
        count, total = count + 1, total + member.size
        if count > MOST_MEMBERS:
            raise Fatal(f"more than {MOST_MEMBERS} members")
        if total > LARGEST_TOTAL:
            raise Fatal(f"more than {LARGEST_TOTAL // 2**30} GiB unpacked")
        yield member


def _of_zip(stream: BinaryIO) -> Iterator[Member]:
    with zipfile.ZipFile(stream) as archive:
        for one in archive.infolist():
            if not one.is_dir():
                yield Member(one.filename, one.file_size, partial(archive.open, one))


def _of_tar(stream: BinaryIO) -> Iterator[Member]:
    with tarfile.open(fileobj=stream, mode="r|*") as archive:
        for one in archive:
            if one.isreg():
                yield Member(one.name, one.size, partial(_opened, archive, one))


def _opened(archive: tarfile.TarFile, one: tarfile.TarInfo) -> IO[bytes]:
    stream = archive.extractfile(one)
    if stream is None:
        raise Fatal(f"{one.name}: no regular file")
    return stream


def _is_tar(plain: bytes) -> bool:
    return plain[257:262] == b"ustar"


def _unpacked(head: bytes) -> bytes:
    """The beginning of what gzip, xz or bzip2 packed, else the bytes themselves."""
    try:
        if head.startswith(_XZ):
            return lzma.LZMADecompressor(memlimit=512 * 2**20).decompress(head, 1 << 18)
    except (lzma.LZMAError, EOFError):
        return b""
    if head.startswith(_BZIP):
        return _unbzipped(head)
    return unpacked_head(head)


def _unbzipped(head: bytes) -> bytes:
    import bz2

    try:
        return bz2.BZ2Decompressor().decompress(head, 1 << 18)
    except (OSError, ValueError, EOFError):
        return b""


def _zip_names(head: bytes) -> list[str]:
    found, at = [], 0
    while (at := head.find(_ZIP, at)) >= 0 and at + 30 <= len(head):
        length = int.from_bytes(head[at + 26 : at + 28], "little")
        found.append(head[at + 30 : at + 30 + length].decode("utf-8", "replace"))
        at += 30 + length
    return found
