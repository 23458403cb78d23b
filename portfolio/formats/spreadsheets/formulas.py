"""Text that a spreadsheet would take for a formula: guarded on the way out, restored when our own file comes back.

OWASP ASVS 1.2.10: a single quotation mark before = + - @, tab, carriage return and NUL at the start of a cell. Also after
white space and in full width, as some programs trim and fold before they decide. Numbers are written as numbers, not here.
"""

from __future__ import annotations

import re

_RISKY = re.compile("'*[\\s\ufeff]*[=+\\-@\t\r\0\uff1d\uff0b\uff0d\uff20]")


def guarded(text: str) -> str:
    """`text` as it may stand in a cell. What is already guarded gets one mark more, so that `unguarded` undoes exactly this."""
    return f"'{text}" if _RISKY.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given. For files that we wrote: in anybody else's, the mark belongs to the text."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text
