"""Server throughput from an Offline (saturation) figure, as a range that is judged on submitters it has not seen.

The ratio Server / Offline is taken on a log scale. Its level is the median of the same benchmark (99 and 99.9 % accuracy are
one) on the same kind of host, with accelerators or without, each submitter weighing one. Its spread is read off the residuals
of the same group and of the other language benchmarks on the same kind of host, these together weighing `borrowed` submitters:
partial pooling, as one benchmark has too few submitters for its own tails. Benchmark and kind of host are known before anyone
measures; no other feature is used. Above, the range ends at Offline plus the variation between runs: a server cannot outrun
its own saturation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from readiness.core.sizing.derates import CLASSES, LLM, Pair
from readiness.core.sizing.quantity import Quantity

LEVEL = 0.90
BORROWED = 8.0
CEILING = 1.02  # two runs of one stack differ by 2 % (SIZING.md, transfer error)
SIGMA_FLOOR = 0.15  # of the grade "saturation only" (SIZING.md)


@dataclass(frozen=True, slots=True)
class ServerRange:
    """Ratios Server / Offline: `low`..`high` holds `level` of new submitters, `likely` is their median."""

    likely: float
    low: float
    high: float
    level: float


@dataclass(frozen=True, slots=True)
class Judged:
    """One measured pair beside the range predicted from every other submitter."""

    pair: Pair
    predicted: ServerRange

    @property
    def covered(self) -> bool:
        return self.predicted.low <= self.pair.ratio <= self.predicted.high

    @property
    def width(self) -> float:
        return self.predicted.high - self.predicted.low


def family(benchmark: str) -> str:
    """The benchmark without its accuracy suffix."""
    return benchmark.removesuffix("-99.9").removesuffix("-99")


def server_range(
    pairs: Sequence[Pair], benchmark: str, *, accelerated: bool, level: float = LEVEL, borrowed: float = BORROWED
) -> ServerRange:
    """Of a system whose submitter is not among the pairs. Falls back to all language benchmarks of its kind of host.

    Raises ValueError where no pair is of that kind of host.
    """
    kind = [pair for pair in pairs if pair.accelerated is accelerated]
    if not kind:
        raise ValueError("no pair of this kind of host to predict from")
    groups = [[pair for pair in kind if family(pair.benchmark) == name] for name in sorted({family(p.benchmark) for p in kind})]
    own = [pair for pair in kind if family(pair.benchmark) == family(benchmark)] or kind
    others = [] if own is kind else [group for group in groups if family(group[0].benchmark) != family(benchmark)]
    middle, residuals, weights = _centred(own)
    for_others = [_centred(group)[1:] for group in others]
    if for_others:
        lent = np.concatenate([weight for _residual, weight in for_others])
        residuals = np.concatenate([residuals, *(residual for residual, _weight in for_others)])
        weights = np.concatenate([weights, lent * (borrowed / lent.sum())])
    tail = (1 - level) / 2
    low, high = (_quantile(residuals, weights, q) for q in (tail, 1 - tail))
    return ServerRange(exp(middle), exp(middle + low), max(exp(middle), min(exp(middle + high), CEILING)), level)


def leave_one_submitter_out(
    pairs: Sequence[Pair], *, level: float = LEVEL, borrowed: float = BORROWED, leave_family: bool = False
) -> tuple[Judged, ...]:
    """Every pair that can be predicted without its submitter (and, if asked, without its benchmark too: a new model)."""
    judged = []
    for pair in pairs:
        seen = [
            other
            for other in pairs
            if other.submitter != pair.submitter and not (leave_family and family(other.benchmark) == family(pair.benchmark))
        ]
        if any(other.accelerated is pair.accelerated for other in seen):
            found = server_range(seen, pair.benchmark, accelerated=pair.accelerated, level=level, borrowed=borrowed)
            judged.append(Judged(pair, found))
    return tuple(judged)


def _centred(pairs: Sequence[Pair]) -> tuple[float, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Median, residuals and weights of the logs, each submitter weighing one however many systems it sent in."""
    rows = Counter(pair.submitter for pair in pairs)
    weights = np.array([1 / rows[pair.submitter] for pair in pairs])
    logs = np.array([log(pair.ratio) for pair in pairs])
    middle = _quantile(logs, weights, 0.5)
    return middle, logs - middle, weights


def _quantile(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], share: float) -> float:
    """The least value with at least this share of the weight at or below it (a measured value, nothing between two)."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][min(int(np.searchsorted(reached, share * reached[-1] - 1e-12)), len(values) - 1)])


def class_range(pairs: Iterable[Pair], name: str) -> ServerRange:
    """The range for a class of `derates`, or for one language benchmark on accelerators, rounded to four places."""
    pairs = tuple(pairs)
    language = tuple(pair for pair in pairs if pair.benchmark in LLM)
    if name == "llm":
        found = server_range([p for p in language if p.accelerated], "", accelerated=True)
    elif name == "llm_cpu":
        found = server_range(language, LLM[-1], accelerated=False)
    elif name in CLASSES:
        found = _one_group([pair for pair in pairs if pair.benchmark in CLASSES[name][0]])
    else:
        found = server_range(language, name, accelerated=True)
    return ServerRange(round(found.likely, 4), round(found.low, 4), round(found.high, 4), found.level)


def _one_group(pairs: Sequence[Pair]) -> ServerRange:
    middle, residuals, weights = _centred(pairs)
    low, high = (_quantile(residuals, weights, q) for q in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return ServerRange(exp(middle), exp(middle + low), min(exp(middle + high), CEILING), LEVEL)


# Class or benchmark: likely, low, high at LEVEL. `class_range` over the official table gives them; a test compares.
_SHIPPED: dict[str, tuple[float, float, float]] = {
    "llm": (0.9134, 0.6246, 0.9958),
    "llm_cpu": (0.4526, 0.4364, 0.5518),
    "image_generation": (0.9551, 0.765, 0.9787),
    "vision": (0.8995, 0.7561, 0.9972),
    "encoder": (0.8008, 0.6591, 0.9849),
    "ranking": (0.9259, 0.7445, 0.9781),
    "llama2-70b-99": (0.8943, 0.7173, 0.9786),
    "llama2-70b-99.9": (0.8943, 0.7173, 0.9786),
    "mixtral-8x7b": (0.9617, 0.8023, 1.02),
    "gptj-99": (0.9605, 0.7704, 1.02),
    "gptj-99.9": (0.9605, 0.7704, 1.02),
}


def saturation_derate(derate_class: str) -> Quantity:
    """What an Offline figure is multiplied by: the median, and the 90 % range of systems by submitters not seen before.

    Multiply by `likely` and take the low side through `saturation_sigma`: planning with the p10 and a sigma would count the
    same spread twice. Raises KeyError with the names there are.
    """
    if derate_class not in _SHIPPED:
        raise KeyError(f"no derate class {derate_class!r}; there are {', '.join(_SHIPPED)}")
    likely, low, high = _SHIPPED[derate_class]
    return Quantity(likely, low, high)


def saturation_sigma(derate_class: str) -> float:
    """Log standard deviation that puts the range's lower end where a normal would, at least that of the grade."""
    found = saturation_derate(derate_class)
    return max(SIGMA_FLOOR, log(found.likely / found.low) / NormalDist().inv_cdf((1 + LEVEL) / 2))
