"""Tables that a trial on real data prints: pytest shows them with -s."""

from __future__ import annotations

import sys
from collections.abc import Iterable


def shown(lines: Iterable[str]) -> None:
    sys.stdout.write("\n" + "\n".join(lines) + "\n")
