"""Which accelerator a source means: its own words against the names of the catalogue. What fits two of them is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_SEPARATORS = re.compile(r"[^0-9a-z.]+")
_SIZE = re.compile(r"\b(\d+)\s*(gb|gib)\b")
_MAKERS = frozenset(
    {"nvidia", "amd", "intel", "google", "aws", "amazon", "habana", "tesla", "geforce", "instinct", "radeon", "corporation",
     "gpu", "accelerator", "cloud", "labs"}
)  # fmt: skip
_SLICE = re.compile(r"\d+(c|g)(\.\d+gb)?|mig")
_MEMORY = re.compile(r"\d+gb")
Tokens = frozenset[str]


class Catalogue:
    """`names`: key -> every name of an accelerator."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._names: dict[Tokens, set[str]] = {}
        self._sizes: dict[str, Tokens] = {}
        for key, written in names.items():
            told = [found for name in (key, *written) if (found := tokens(name))]
            self._sizes[key] = frozenset(one for found in told for one in found if _MEMORY.fullmatch(one))
            for found in told:
                self._names.setdefault(found, set()).add(key)
        self._known: dict[str, str | None] = {}

    def key(self, written: str) -> str | None:
        """The key of what `written` names for sure: a name of it, or the one whose name says most of what is written.

        None where nothing fits, where two fit alike, and for a slice of an accelerator.
        """
        if written not in self._known:
            self._known[written] = self._found(tokens(written))
        return self._known[written]

    def same(self, one: str, other: str) -> bool | None:
        """Whether both mean the same; None where one of them is not known for sure."""
        if tokens(one) and tokens(one) == tokens(other):
            return True
        first, second = self.key(one), self.key(other)
        return None if first is None or second is None else first == second

    def _found(self, written: Tokens) -> str | None:
        if not written or any(_SLICE.fullmatch(one) for one in written):
            return None
        if (exact := self._names.get(written)) is not None:
            return next(iter(exact)) if len(exact) == 1 else None
        within = [(len(name), key) for name, keys in self._names.items() if name <= written for key in keys]
        within = [(size, key) for size, key in within if self._is_of_size(key, written)]
        most = max((size for size, _ in within), default=0)
        keys = {key for size, key in within if size == most}
        return next(iter(keys)) if len(keys) == 1 else None

    def _is_of_size(self, key: str, written: Tokens) -> bool:
        """One whose names say its memory is not meant by a text that says another."""
        told = {one for one in written if _MEMORY.fullmatch(one)}
        return not told or not self._sizes[key] or bool(told & self._sizes[key])


def tokens(written: str) -> Tokens:
    """The words that tell accelerators apart, makers left out: "NVIDIA H100 80 GB HBM3" is h100, 80gb, hbm3."""
    plain = _SIZE.sub(r"\1gb", _SEPARATORS.sub(" ", written.casefold()))
    return frozenset(one for one in plain.split() if one not in _MAKERS)
