"""Numbers of a profile as they are typed: a share is kept as 0..1 and typed in per cent, all else as it is kept."""

from __future__ import annotations

_DIGITS = 12  # 99.5 / 100 * 100 is 99.5 again


def factor(unit: str) -> float:
    """What a kept number is multiplied with to be typed or shown."""
    return 100.0 if unit == "share" else 1.0


def typed(value: float | None, unit: str = "") -> str:
    """The text of a number field; `kept` of it is the same number to twelve digits."""
    return "" if value is None else f"{value * factor(unit):.{_DIGITS}g}"


def kept(value: float, unit: str) -> float:
    """The number behind a typed one."""
    return float(f"{value / factor(unit):.{_DIGITS}g}")
