"""Is this XLSX archive safe to hand to a parser? Answered by really inflating it and counting, before anything else."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from portfolio.formats.errors import TooLarge, UnreadableFile, UnsafeArchive

_CHUNK = 1 << 16
_LOCAL_HEADER = 30
_DOCUMENT_TYPE = re.compile(
    b"|".join(b"\x00?".join(bytes([sign]) for sign in word) for word in (b"<!DOCTYPE", b"<!ENTITY"))  # UTF-16 too
)
_OVERLAP = 32
_RESAVE = "Open it in a spreadsheet program and save it as .xlsx without a password, or as CSV UTF-8."


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    max_bytes: int = 20_000_000
    max_inflated_bytes: int = 200_000_000
    max_ratio: int = 100
    max_members: int = 1_000


def check_archive(path: Path, limits: ArchiveLimits) -> None:
    """Refuse an archive that is too large, inflates too far, nests, overlaps, hides or points elsewhere.

    Inflated bytes are counted while inflating: the sizes that an archive declares can lie. Raises TooLarge for a size,
    UnsafeArchive for a trick, UnreadableFile for damage and for what is no XLSX.
    """
    size = path.stat().st_size
    if size > limits.max_bytes:
        raise TooLarge(
            f"the spreadsheet has {size:,} bytes, the limit is {limits.max_bytes:,}",
            advice="Save the sheet as CSV UTF-8.",
        )
    with path.open("rb") as file:
        try:
            members = zipfile.ZipFile(file).infolist()
        except (zipfile.BadZipFile, ValueError, OverflowError, EOFError, NotImplementedError, zlib.error) as error:
            raise UnreadableFile(
                "the spreadsheet is damaged or cut off (no readable archive directory)", advice=_RESAVE
            ) from error
        if len(members) > limits.max_members:
            raise TooLarge(f"the archive has {len(members):,} members, the limit is {limits.max_members:,}")
        _check_names(members)
        _check_places(file, members, size)
        _inflate(file, members, size, limits)


def _check_names(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    if len(set(map(str.casefold, names))) != len(names):
        raise UnsafeArchive("two members of the archive have the same name", advice=_RESAVE)
    for member in members:
        name = member.filename
        if member.flag_bits & 0x1:
            raise UnsafeArchive("a member is encrypted", where=name, advice=_RESAVE)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnsafeArchive("a member is packed in an unusual way", where=name, advice=_RESAVE)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise UnsafeArchive("a member is a symbolic link", where=name, advice=_RESAVE)
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name):
            raise UnsafeArchive("a member's path leads out of the archive", where=name, advice=_RESAVE)
    if "xl/workbook.xml" not in {name.casefold() for name in names}:
        raise UnreadableFile(f"this is {_other_kind(names)}, not an XLSX workbook", advice=_RESAVE)


def _other_kind(names: list[str]) -> str:
    if "xl/workbook.bin" in names:
        return "a binary workbook (.xlsb)"
    if "word/document.xml" in names:
        return "a Word document"
    if "mimetype" in names:
        return "an OpenDocument or EPUB file"
    return "a ZIP archive"


def _check_places(file: BinaryIO, members: list[zipfile.ZipInfo], size: int) -> None:
    """Members follow each other: none shares bytes with another, as in a bomb that inflates one block often."""
    end = 0
    for member in sorted(members, key=lambda each: each.header_offset):
        if member.header_offset < end:
            raise UnsafeArchive("members of the archive overlap", where=member.filename, advice=_RESAVE)
        end = _data_start(file, member) + member.compress_size
    if end > size:
        raise UnreadableFile("the spreadsheet is cut off", advice=_RESAVE)


def _data_start(file: BinaryIO, member: zipfile.ZipInfo) -> int:
    file.seek(member.header_offset)
    header = file.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
        raise UnreadableFile("a member of the archive is not where it should be", where=member.filename, advice=_RESAVE)
    name_length = int.from_bytes(header[26:28], "little")
    extra_length = int.from_bytes(header[28:30], "little")
    name = file.read(name_length)
    if name.decode("utf-8", "replace") != member.orig_filename and name.decode("cp437") != member.orig_filename:
        raise UnsafeArchive("a member has two different names", where=member.filename, advice=_RESAVE)
    return member.header_offset + _LOCAL_HEADER + name_length + extra_length


def _inflate(file: BinaryIO, members: list[zipfile.ZipInfo], size: int, limits: ArchiveLimits) -> None:
    allowed = min(limits.max_inflated_bytes, max(limits.max_ratio * size, 1_000_000))
    total = 0
    for member in members:
        file.seek(_data_start(file, member))
        total += _inflated(file, member, allowed - total)


def _inflated(file: BinaryIO, member: zipfile.ZipInfo, allowed: int) -> int:
    """Bytes that the member inflates to; its content passes by in pieces and is looked at on the way."""
    stored = member.compress_type == zipfile.ZIP_STORED
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    left, count, tail = member.compress_size, 0, b""
    while left > 0 and (packed := file.read(min(_CHUNK, left))):
        left -= len(packed)
        while packed:
            try:
                piece = packed if stored else inflater.decompress(packed, _CHUNK)
            except zlib.error as error:
                raise UnreadableFile("a member is damaged", where=member.filename, advice=_RESAVE) from error
            packed = b"" if stored else inflater.unconsumed_tail
            _look_at(piece, tail, member.filename, at_start=count == 0)
            tail = piece[-_OVERLAP:]
            count += len(piece)
            if count > allowed:
                raise TooLarge(
                    f"the spreadsheet inflates past {allowed:,} bytes in all",
                    where=member.filename,
                    advice="Save the sheet as CSV UTF-8.",
                )
    if count != member.file_size:
        raise UnsafeArchive("a member's declared size is not its real size", where=member.filename, advice=_RESAVE)
    return count


def _look_at(piece: bytes, tail: bytes, name: str, *, at_start: bool) -> None:
    if at_start and piece.startswith((b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b")):
        raise UnsafeArchive("an archive inside the archive", where=name, advice=_RESAVE)
    if _DOCUMENT_TYPE.search(tail + piece):
        raise UnsafeArchive("a member declares a document type or entities", where=name, advice=_RESAVE)
