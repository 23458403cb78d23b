"""What can be wrong with a file or a mapping, each error named for what its reader does next."""

from __future__ import annotations


class FormatError(ValueError):
    """A file cannot be used as it is.

    `what` says what is wrong, `where` names the place (empty if it is the whole file), `advice` says what to do.
    """

    def __init__(self, what: str, *, where: str = "", advice: str = "") -> None:
        self.what = what
        self.where = where
        self.advice = advice
        placed = f"{where}: {what}" if where else what
        super().__init__(f"{placed}. {advice}" if advice else f"{placed}.")


class UnreadableFile(FormatError):
    """Save the file again, in another format or encoding, and upload that."""


class TooLarge(FormatError):
    """Split the file, or remove what it should not hold."""


class EmptyFile(FormatError):
    """Choose another file: this one has no rows."""


class UnsafeArchive(FormatError):
    """Do not open it: the archive is built to harm, or damaged so that nobody can tell."""


class MissingColumns(FormatError):
    """Correct the mapping's column names, or choose the file that has them."""

    def __init__(self, missing: tuple[str, ...], headers: tuple[str, ...], closest: dict[str, tuple[str, ...]]) -> None:
        self.missing = missing
        self.headers = headers
        self.closest = closest
        hints = "; ".join(f'"{name}" is closest to {_quoted(near)}' for name, near in closest.items() if near)
        advice = f"The file's columns are {_quoted(headers)}. {hints}".strip()
        super().__init__(f"the file has no column {_quoted(missing)}", where="Header line", advice=advice)


class BadMapping(FormatError):
    """Correct the mapping at `place` (a dotted path such as `fields.stage.values`)."""

    def __init__(self, place: str, what: str) -> None:
        self.place = place
        super().__init__(what, where=place)


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)
