"""The pure part of risk in memory: the kernel beside a line of numpy, and outcomes drawn beside their random numbers alone."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from readiness.core.risk.cohort import curve
from readiness.core.risk.fit import Fit, Initiatives
from readiness.core.risk.forecast import forecast, of_odds, pushes
from readiness.core.risk.spend import CELLS, amounts
from readiness.dashboards.management.bench.figures import Bar, Line, NotMeasured, Pair, Spread, milliseconds, paired
from readiness.dashboards.management.bench.risk_world import MONTHS, learned, people

Array = NDArray[np.float64]

ROUNDS, FEW = 40, 7
INITIATIVES, DRAWS = 10_000, 100  # times REPEATS of a whole run: 1e8 outcomes
REPEATS, WHOLE, FEWER = 100, 50_000, 5  # a run of fewer rows than `WHOLE` draws less, and says so
LIFELINES = "lifelines"


def core_lines(rows: int) -> Iterator[Line]:
    """Kernel and whole forecast of `rows` initiatives, draws, and the curve of as many careers."""
    weighed, some = learned(1), people(rows, 2)
    fit = weighed.with_drivers
    line = _one_line(fit, some)
    yield _kernel(paired(lambda: _at_mode(fit, some), line, ROUNDS), _apart(fit, some, line), rows)
    pair = paired(lambda: forecast(weighed, some, MONTHS), line, FEW)
    notes = pair.notes("forecast", "numpy")
    label = "figures with 80 % intervals, both fits mixed / the same line of numpy"
    yield Line("risk forecast", label, pair.ratio, "x", None, notes, {"pair": pair})
    yield from _draws(REPEATS if rows >= WHOLE else FEWER)
    yield _curve(rows)


def _at_mode(fit: Fit, rows: Initiatives) -> tuple[Array, Array]:
    """What each answer pushes, and P(abandoned) at the mode of the effects."""
    pushed = pushes(fit, rows)
    logit = fit.form.eta[0] + pushed @ np.ones(pushed.shape[1])
    return pushed, of_odds(np.exp(logit), np.exp(fit.form.eta[1:]), MONTHS)


def _one_line(fit: Fit, rows: Initiatives) -> Callable[[], tuple[Array, Array]]:
    """A logistic of answers that are all known: nothing is centred, nothing is unknown, one outcome."""
    answers, effects = np.nan_to_num(rows.answers, nan=0.5), fit.posterior.mode[0, fit.form.first_driver :]
    level = fit.form.eta[0]
    return lambda: (answers * effects, 1 / (1 + np.exp(-(level + answers @ effects))))


def _apart(fit: Fit, rows: Initiatives, line: Callable[[], tuple[Array, Array]]) -> float:
    """How far the sums of both are from each other where no answer is unknown: the kernel is centred on the reference."""
    known = ~np.isnan(rows.answers).any(axis=1)
    shift = fit.form.reference @ fit.posterior.mode[0, fit.form.first_driver :]
    apart = _at_mode(fit, rows)[0].sum(axis=1) + shift - line()[0].sum(axis=1)
    return float(np.abs(apart[known]).max(initial=0.0))


def _kernel(pair: Pair, apart: float, rows: int) -> Line:
    if apart > 1e-9:
        raise NotMeasured(f"the kernel's sums are {apart} from those of numpy")
    notes = (*pair.notes("kernel", "numpy"), f"{rows:,} x 30, one answer in seven unknown; least of each {_least(pair):.2f}")
    label = "risk kernel with all contributions / one line of numpy"
    return Line("risk kernel", label, pair.ratio, "x", Bar(2, 1.2), notes, {"pair": pair, "least": _least(pair)})


def _least(pair: Pair) -> float:
    """The ratio of the fastest of each: what others on the machine leave as it is."""
    return pair.ours.least / pair.anchor.least


def _draws(repeats: int) -> Iterator[Line]:
    """Outcomes with their amounts, beside the same random numbers that nobody looks at; and what memory they take."""
    count = f"{INITIATIVES * DRAWS * repeats:.0e}".replace("+0", "")
    rng = np.random.default_rng(1)
    chances = rng.random((DRAWS, INITIATIVES)).astype(np.float32)
    spent, committed = np.full((INITIATIVES, 1), 1.0), np.zeros((INITIATIVES, 1))

    def ours() -> Array:
        return amounts(chances, spent, committed, repeats=repeats)

    pair = _few(ours, lambda: _floor(repeats))
    if abs(ours().mean() / chances.sum(axis=1).mean() - 1) > 0.1 / np.sqrt(repeats * DRAWS):
        raise NotMeasured("the mean of the draws is not that of their probabilities")
    notes = (*pair.notes("draws", "random numbers"), f"least of each {_least(pair):.2f}")
    label = f"{count} outcomes with amounts / their random numbers alone"
    yield Line("risk draws", label, pair.ratio, "x", Bar(1.5, 1.1), notes, {"pair": pair, "least": _least(pair)})
    extra = _extra_mb(ours)
    label = f"memory that {count} outcomes take beside their inputs"
    yield Line(
        "risk draws memory", label, extra, "MB", Bar(64, 16), ("as numpy and Python told it to tracemalloc, at its highest",)
    )


def _few(ours: Callable[[], object], anchor: Callable[[], object]) -> Pair:
    """As `paired`, with one round to warm up, for what takes long."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(FEW + 1):
        for which in (0, 1) if number % 2 else (1, 0):
            times[which].append(milliseconds(ours if which == 0 else anchor))
    first, second = times[0][1:], times[1][1:]
    return Pair(Spread.of(first), Spread.of(second), Spread.of([a / b for a, b in zip(first, second, strict=True)]))


def _floor(repeats: int) -> None:
    rng, held = np.random.Generator(np.random.SFC64(1)), np.empty(CELLS, dtype=np.float32)
    for _block in range(INITIATIVES * DRAWS * repeats // CELLS):
        rng.random(out=held, dtype=np.float32)


def _extra_mb(act: Callable[[], object]) -> float:
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def _curve(rows: int) -> Line:
    """Aalen-Johansen with its interval. lifelines is no requirement: where it is not there, the time stands alone."""
    rng = np.random.default_rng(3)
    leaving, ending = 1 + rng.permutation(rows) / 10, rng.integers(0, 3, rows)
    entry = np.zeros(rows)
    times = [milliseconds(lambda: curve(entry, leaving, ending)) for _round in range(FEW)]
    ours = Spread.of(times)
    told = f"n {ours.n}; {rows:,} careers, with standard errors: p50 {ours.p50:.1f} ms ({ours.least:.1f} to {ours.most:.1f})"
    label = "Aalen-Johansen of two outcomes"
    if find_spec(LIFELINES) is None:
        notes = (told, "lifelines not installed; its figures are kept in tests/readiness/core/risk/test_cohort.py")
        return Line("risk curve", label, ours.p50, "ms", None, notes, {"ours": ours})
    theirs = milliseconds(_lifelines(leaving, ending, entry))
    notes = (told, f"lifelines, one outcome without errors: {theirs:,.0f} ms")
    return Line("risk curve", f"lifelines / {label}", theirs / ours.p50, "x", Bar(8, at_least=True), notes, {"ours": ours})


def _lifelines(leaving: Array, ending: NDArray[np.int64], entry: Array) -> Callable[[], object]:
    fitter = import_module(LIFELINES).AalenJohansenFitter(calculate_variance=False)
    return lambda: fitter.fit(leaving, ending, 1, entry=entry)
