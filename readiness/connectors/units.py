"""Units as the tools write them. `pint` converts between those that measure the same; what is not listed is not guessed.

The registry holds the words below and nothing else, no prefixes: whether KB is 1000 or 1024, or Mb a bit or a byte, nobody here
knows, so those are no units. What is counted is a dimension of its own, so that tokens are no requests and a share is no count.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from readiness.connectors.metrics import METRICS, Metric

if TYPE_CHECKING:
    import pint

# (pint's definition, every other spelling of it)
_UNITS: tuple[tuple[str, str], ...] = (
    ("second = [time]", "s sec seconds"),
    ("millisecond = 1e-3 * second", "ms milliseconds"),
    ("microsecond = 1e-6 * second", "us µs μs microseconds"),
    ("nanosecond = 1e-9 * second", "ns nanoseconds"),
    ("minute = 60 * second", "min minutes"),
    ("hour = 3600 * second", "h hours"),
    ("request = [request]", "requests req query queries"),
    ("item = [item]", "items sample samples"),
    ("token = [token]", "tokens tok"),
    ("megatoken = 1e6 * token", ""),
    ("operation = [operation]", "operations"),
    ("share = [share]", "ratio"),
    ("percent = 1e-2 * share", "%"),
    ("bit = [information]", "bits"),
    ("kilobit = 1e3 * bit", "kbit"),
    ("megabit = 1e6 * bit", "Mbit"),
    ("gigabit = 1e9 * bit", "Gbit"),
    ("terabit = 1e12 * bit", "Tbit"),
    ("byte = 8 * bit", "bytes B"),
    ("kilobyte = 1e3 * byte", "kB"),
    ("megabyte = 1e6 * byte", "MB"),
    ("gigabyte = 1e9 * byte", "GB"),
    ("terabyte = 1e12 * byte", "TB"),
    ("petabyte = 1e15 * byte", "PB"),
    ("kibibyte = 1024 * byte", "KiB"),
    ("mebibyte = 1024 ** 2 * byte", "MiB"),
    ("gibibyte = 1024 ** 3 * byte", "GiB"),
    ("tebibyte = 1024 ** 4 * byte", "TiB"),
    ("pebibyte = 1024 ** 5 * byte", "PiB"),
    ("accelerator = [accelerator]", "accelerators"),
    ("node = [node]", "nodes"),
    ("joule = [energy]", "J joules"),
    ("millijoule = 1e-3 * joule", "mJ millijoules"),
    ("kilojoule = 1e3 * joule", "kJ"),
    ("megajoule = 1e6 * joule", "MJ"),
    ("watt = joule / second", "W Watts watts"),
    ("milliwatt = 1e-3 * watt", "mW"),
    ("kilowatt = 1e3 * watt", "kW"),
    ("megawatt = 1e6 * watt", "MW"),
    ("watt_hour = watt * hour", "Wh"),
    ("kilowatt_hour = 1e3 * watt * hour", "kWh"),
    ("money = [money]", ""),
)
_WORDS: dict[str, str] = {
    spelling: definition.split(" ", 1)[0]
    for definition, others in _UNITS
    for spelling in (definition.split(" ", 1)[0], *others.split())
} | {"1e6 tokens": "megatoken"}
_PHRASES = {"bits_per_second": "bit/s"}
_COUNTED = ("1/", "tokens/")
_LONGEST = 40


class UnitUncertain(ValueError):
    """The unit is unknown, or does not measure this metric: there is no reading."""


def canonical(metric: str, value: float, unit: str) -> float:
    """`value` in the canonical unit of `metric`; raises UnitUncertain."""
    return value * _factor(_known(metric), unit)


def convert(metric: str, value: float, unit: str, to: str, *, whole: float | None = None) -> float:
    """`value` of `metric` from one unit into another; raises UnitUncertain where either does not measure it.

    With `whole`, all there is in the canonical unit, an amount and its share of that convert too (bytes held, of the memory that
    an accelerator has).
    """
    known = _known(metric)
    return value * _amount(known, unit, whole) / _amount(known, to, whole)


def measures(metric: str, unit: str) -> bool:
    """Whether values in `unit` are values of `metric`."""
    known = METRICS.get(metric)
    return known is not None and _ratio(unit, known.unit, known.counts) is not None


def spellings(metric: str) -> tuple[str, ...]:
    """What a person can choose from: the metric's own unit first, each other one in its usual spelling."""
    known = _known(metric)
    words = ["1", *(others.split()[0] for _, others in _UNITS if others)]
    per = known.unit.partition("/")[2]
    periods = dict.fromkeys((per, "s", "min", "h") if known.unit.startswith(_COUNTED) else (per,))
    written = [f"{word}/{one}" if one else word for one in periods for word in words]
    return (known.unit, *(one for one in written if one != known.unit and measures(metric, one)))


def _known(metric: str) -> Metric:
    known = METRICS.get(metric)
    if known is None:
        raise UnitUncertain(f"{metric} is no metric")
    return known


def _factor(known: Metric, unit: str) -> float:
    found = _ratio(unit, known.unit, known.counts)
    if found is None:
        raise UnitUncertain(f"{unit[:_LONGEST] or 'no unit'} is no unit of {known.key}")
    return found


def _of_share(unit: str) -> float:
    return _ratio(unit, "share", "") or 1.0


def _amount(known: Metric, unit: str, whole: float | None) -> float:
    share = _ratio(unit, "share", "") if whole else None
    return _factor(known, unit) if share is None or whole is None else share * whole


def _ratio(unit: str, to: str, counts: str) -> float | None:
    """How many of `to` one of `unit` is; None where one is unknown or they measure different things."""
    return _looked_up(unit, to, counts) if len(unit) <= _LONGEST and len(to) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _looked_up(unit: str, to: str, counts: str) -> float | None:
    registry = _registry()
    first, second = _parsed(registry, unit, counts), _parsed(registry, to, counts)
    if first is None or second is None or first.dimensionality != second.dimensionality:
        return None
    return float(registry.Quantity(1.0, first).to(second).magnitude)


def _parsed(registry: pint.UnitRegistry[float], unit: str, counts: str) -> pint.Unit | None:
    """A word, or a word per word. Nothing foreign is handed to pint's own parser, which would compute with it."""
    above, per, below = _PHRASES.get(unit, unit).partition("/")
    top = counts if above == "1" and per else _WORDS.get(above)
    bottom = _WORDS.get(below) if per else ""
    if not top or bottom is None:
        return None
    return registry.Unit(top) / registry.Unit(bottom) if bottom else registry.Unit(top)


@cache
def _registry() -> pint.UnitRegistry[float]:
    import pint  # a third of a second, so not at the start

    registry: pint.UnitRegistry[float] = pint.UnitRegistry(None, case_sensitive=True)
    for definition, _ in _UNITS:
        registry.define(definition)
    return registry
