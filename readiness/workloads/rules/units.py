"""Numbers of a profile as they are typed: a share is kept as 0..1 and typed in per cent, all else as it is kept."""

from __future__ import annotations

_DIGITS = 12  # 99.5 / 100 * 100 is 99.5 again
_SHOWN = 6  # of a measured number; whoever does not touch the text keeps the number behind it


def factor(unit: str) -> float:
    """What a kept number is multiplied with to be typed or shown."""
    return 100.0 if unit == "share" else 1.0


def typed(value: float | None, unit: str = "") -> str:
    """The text of a number field: six digits that matter, and every digit before the point."""
    if value is None:
        return ""
    number = value * factor(unit)
    return f"{number:.{_SHOWN}g}" if abs(number) < 10**_SHOWN else f"{round(number):.{_DIGITS}g}"


def kept(text: float, unit: str, before: float | None = None) -> float:
    """The number behind a typed one; `before` itself if it reads the same."""
    if before is not None and float(typed(before, unit)) == text:
        return before
    return float(f"{text / factor(unit):.{_DIGITS}g}")
