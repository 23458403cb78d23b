"""Worked cases of what is served and where: a requirement, the evidence, and what an architect would say."""

from __future__ import annotations

from typing import Any

import pytest

from readiness.evidence.choices import Marks
from readiness.evidence.rules.verdicts.evidence import Evidence
from tests.readiness.evidence.judging import (
    LIVE,
    MONTH_S,
    REAL,
    Case,
    bench,
    check,
    mean,
    most,
    p,
    seen,
    wanted,
)  # fmt: skip

TTFT = wanted("ttft", 1.0, percentile=0.95)
TTFT_REAL = wanted("ttft", 1.0, percentile=0.95, environment=REAL)
AT_50 = wanted("ttft", 1.0, percentile=0.95, environment={"min_concurrency": 50})
UP = wanted("availability", 0.999, window_s=MONTH_S, environment=REAL)
ERRORS = wanted("error_ratio", 0.01)


def monthly(value: float, coverage: float | None = 1.0, window_s: float = MONTH_S, **more: Any) -> Evidence:
    readings = [mean("availability", value, window_s=window_s)]
    readings += [] if coverage is None else [mean("coverage", coverage, window_s=window_s)]
    return seen(*readings, **more)


QUALITY = [
    Case(
        "nobody knows the target", wanted("ttft", None, percentile=0.95), [bench(p(0.95, "ttft", 0.1))], "unknown",
        "no_target",
    ),
    Case("nothing was measured", TTFT, [], "unknown", "nothing_measured"),
    Case("only another metric was measured", TTFT, [bench(p(0.95, "tpot", 0.1))], "unknown", "nothing_measured"),
    Case("the percentile meets it", TTFT, [bench(p(0.95, "ttft", 0.5))], "met", "shown", headroom=1.0),
    Case("the percentile fails it", TTFT, [bench(p(0.95, "ttft", 2.0))], "not_met", "fails", headroom=-0.5),
    Case("a fail within two per cent is a warning", TTFT, [bench(p(0.95, "ttft", 1.01))], "warning", "within_uncertainty"),
    Case("telemetry does not scatter: exactly the target is met", TTFT, [seen(p(0.95, "ttft", 1.0))], "met", "shown"),
    Case("a higher percentile that meets it bounds it", TTFT, [bench(p(0.99, "ttft", 0.8))], "met", "shown_by_higher"),
    Case(
        "a higher percentile that fails says nothing", TTFT, [bench(p(0.99, "ttft", 1.8))], "unknown",
        "statistic_not_measured",
    ),
    Case("a lower percentile that fails proves it", TTFT, [bench(p(0.9, "ttft", 1.5))], "not_met", "fails"),
    Case(
        "a lower percentile that meets it says nothing", TTFT, [bench(p(0.9, "ttft", 0.4))], "unknown",
        "statistic_not_measured",
    ),
    Case("a mean is no p95", TTFT, [bench(mean("ttft", 0.1))], "unknown", "statistic_not_measured"),
    Case("a median is no p95", TTFT, [bench(p(0.5, "ttft", 0.1))], "unknown", "statistic_not_measured"),
    Case("the greatest bounds every percentile", TTFT, [bench(most("ttft", 0.9))], "met", "shown_by_higher"),
    Case("without a percentile the mean counts", wanted("latency", 2.0), [bench(mean("latency", 1.0))], "met", "shown"),
    Case(
        "without a percentile p99 does not count", wanted("latency", 2.0), [bench(p(0.99, "latency", 1.0))], "unknown",
        "statistic_not_measured",
    ),
    Case("itl is no tpot", wanted("tpot", 0.05, percentile=0.99), [bench(p(0.99, "itl", 0.01))], "unknown", "nothing_measured"),
    Case("an edge at most, below the target", TTFT, [seen(p(0.95, "ttft", 0.5, marks=Marks.AT_MOST))], "met", "shown_by_bound"),
    Case(
        "an edge at most, above the target", TTFT, [seen(p(0.95, "ttft", 2.5, marks=Marks.AT_MOST))], "unknown",
        "bound_tells_nothing",
    ),
    Case("an edge at least, above the target", TTFT, [seen(p(0.95, "ttft", 2.5, marks=Marks.AT_LEAST))], "not_met", "fails"),
    Case(
        "an edge at least, below the target", TTFT, [seen(p(0.95, "ttft", 0.5, marks=Marks.AT_LEAST))], "unknown",
        "bound_tells_nothing",
    ),
    Case(
        "two values for one time: the worse counts", TTFT, [seen(p(0.95, "ttft", 0.4, high=1.4))], "not_met", "fails",
        headroom=1 / 1.4 - 1,
    ),
    Case(
        "p95 over 150 requests rests on 7 of them", TTFT, [bench(p(0.95, "ttft", 0.4, samples=150))], "warning",
        "few_samples",
    ),
    Case("p95 over 200 requests rests on 10", TTFT, [bench(p(0.95, "ttft", 0.4, samples=200))], "met", "shown"),
    Case("how many samples nobody says", TTFT, [bench(p(0.95, "ttft", 0.4, samples=None))], "met", "shown"),
    Case(
        "one pod meets it, another fails", TTFT,
        [seen(p(0.95, "ttft", 0.4, labels={"pod": "a"}), p(0.95, "ttft", 1.4, labels={"pod": "b"}))], "warning",
        "parts_differ",
    ),
    Case(
        "every pod fails", TTFT, [seen(p(0.95, "ttft", 1.2, labels={"pod": "a"}), p(0.95, "ttft", 1.4, labels={"pod": "b"}))],
        "not_met", "fails",
    ),
    Case(
        "latencies with those of failures among them", wanted("latency", 2.0, percentile=0.95),
        [bench(p(0.95, "latency", 0.1, labels={"includes": "failures"}))], "unknown", "mixed_with_failures",
    ),
    Case(
        "the client's own queue makes it longer: a pass is a pass", wanted("latency", 2.0, percentile=0.95),
        [bench(p(0.95, "latency", 1.0, labels={"includes": "client queue"}))], "met", "shown_by_bound",
    ),
    Case(
        "a flawed run never decides", TTFT, [bench(p(0.95, "ttft", 0.1), flaws=(("all_failed", "none")))], "unknown",
        "flawed",
    ),
    Case("nor does one that was set aside", TTFT, [bench(p(0.95, "ttft", 0.1), aside="wrong model")], "unknown", "set_aside"),
    Case(
        "a newer flawed run hides nothing", TTFT,
        [bench(p(0.95, "ttft", 0.5), run=1, days=9), bench(p(0.95, "ttft", 9), run=2, flaws=(("error_ratio", "")))], "met",
        "shown",
    ),
    Case(
        "evidence from the future decides nothing yet", TTFT, [bench(p(0.95, "ttft", 0.1), days=-1)], "unknown",
        "in_the_future",
    ),
    Case("ninety days old is fresh", TTFT, [bench(p(0.95, "ttft", 0.5), days=90)], "met", "shown"),
    Case("a day more is stale", TTFT, [bench(p(0.95, "ttft", 0.5), days=91)], "stale", "too_old"),
    Case("a stale failure is stale too", TTFT, [bench(p(0.95, "ttft", 5), days=91)], "stale", "too_old"),
    Case(
        "the newer one counts", TTFT, [bench(p(0.95, "ttft", 0.5), run=1, days=30), bench(p(0.95, "ttft", 3), run=2, days=2)],
        "not_met", "fails",
    ),
    Case("errors: 30 of 10,000 against one per cent", ERRORS, [bench(mean("error_ratio", 0.003))], "met", "shown"),
    Case(
        "errors: none of 100 shows no per mille", wanted("error_ratio", 0.001),
        [bench(mean("error_ratio", 0.0, samples=100))], "warning", "within_uncertainty",
    ),
    Case("errors: none of 10,000 does", wanted("error_ratio", 0.001), [bench(mean("error_ratio", 0.0))], "met", "shown"),
]  # fmt: skip
PLACES = [
    Case("simulated users are no real ones", TTFT_REAL, [bench(p(0.95, "ttft", 0.5))], "warning", "easier_place"),
    Case("what fails with simulated users fails", TTFT_REAL, [bench(p(0.95, "ttft", 2))], "not_met", "fails"),
    Case(
        "nobody says whether the data were real", TTFT_REAL, [seen(p(0.95, "ttft", 0.5), environment={"users_real": True})],
        "warning", "easier_place",
    ),
    Case("real data and users", TTFT_REAL, [seen(p(0.95, "ttft", 0.5))], "met", "shown"),
    Case(
        "telemetry of a pilot is of real users", TTFT_REAL, [seen(p(0.95, "ttft", 0.5), environment={"stage": "pilot"})],
        "met", "shown",
    ),
    Case(
        "a PoC is never more than a warning", TTFT_REAL, [seen(p(0.95, "ttft", 0.5), environment={"stage": "poc", **LIVE})],
        "warning", "easier_place",
    ),
    Case(
        "other hardware shows nothing", wanted("ttft", 1.0, percentile=0.95, environment={"accelerator": "h100-sxm"}),
        [bench(p(0.95, "ttft", 0.5), environment={"accelerator": "NVIDIA A100-SXM4-80GB"})], "unknown", "not_representative",
    ),
    Case(
        "nor that it fails", wanted("ttft", 1.0, percentile=0.95, environment={"accelerator": "h100-sxm"}),
        [bench(p(0.95, "ttft", 5), environment={"accelerator": "NVIDIA A100-SXM4-80GB"})], "unknown", "not_representative",
    ),
    Case(
        "the same hardware in other words", wanted("ttft", 1.0, percentile=0.95, environment={"accelerator": "h100-sxm"}),
        [bench(p(0.95, "ttft", 0.5), environment={"accelerator": "NVIDIA H100 80GB HBM3"})], "met", "shown",
    ),
    Case(
        "another venue", wanted("ttft", 1.0, percentile=0.95, environment={"venue": "on_premises"}),
        [bench(p(0.95, "ttft", 0.5), environment={"venue": "public_cloud"})], "unknown", "not_representative",
    ),
    Case(
        "on fewer accelerators than wanted", wanted("ttft", 1.0, percentile=0.95, environment={"min_accelerators": 16}),
        [bench(p(0.95, "ttft", 0.5))], "unknown", "not_representative",
    ),
    Case(
        "production at less load shows nothing", AT_50, [seen(p(0.95, "ttft", 0.5), mean("concurrency", 12))], "unknown",
        "less_load",
    ),
    Case(
        "production that fails at less load fails", AT_50, [seen(p(0.95, "ttft", 5), mean("concurrency", 12))], "not_met",
        "fails_with_less_load",
    ),
    Case("production at the wanted load", AT_50, [seen(p(0.95, "ttft", 0.5), mean("concurrency", 60))], "met", "shown"),
    Case("nobody says at which load", AT_50, [seen(p(0.95, "ttft", 0.5))], "unknown", "load_not_said"),
    Case(
        "more load than wanted, and it fails: nobody knows", AT_50, [seen(p(0.95, "ttft", 3), mean("concurrency", 90))],
        "unknown", "fails_with_more_load",
    ),
    Case(
        "what production shows outlasts a newer test with simulated users", TTFT_REAL,
        [seen(p(0.95, "ttft", 0.5), run=1, hours=9), bench(p(0.95, "ttft", 0.4), run=2, days=0, hours=1)], "met", "shown",
    ),
    Case(
        "a newer test that fails does count", TTFT_REAL,
        [seen(p(0.95, "ttft", 0.5), run=1, hours=9), bench(p(0.95, "ttft", 4), run=2, days=0, hours=1)], "not_met", "fails",
    ),
    Case(
        "a test with simulated users does not clear what failed in production", TTFT_REAL,
        [seen(p(0.95, "ttft", 5), run=1, days=20), bench(p(0.95, "ttft", 0.4), run=2, days=1)], "not_met", "fails",
    ),
]  # fmt: skip
MONTHS = [
    Case("thirty days, half of the failures that are allowed", UP, [monthly(0.9995)], "met", "shown", headroom=1.0),
    Case("thirty days, twice as many", UP, [monthly(0.998)], "not_met", "fails", headroom=-0.5),
    Case("without its coverage it says nothing", UP, [monthly(1.0, None)], "unknown", "coverage_missing"),
    Case("a tenth was not looked at", UP, [monthly(1.0, 0.9)], "unknown", "coverage_low"),
    Case("a day is no month", UP, [monthly(1.0, 1.0, 86_400.0)], "unknown", "too_short"),
    Case("a bad day has used up the month", UP, [monthly(0.9, 1.0, 86_400.0)], "not_met", "budget_spent"),
    Case(
        "a coverage of other labels is none", UP,
        [
            seen(mean("availability", 1.0, window_s=MONTH_S), mean("coverage", 1.0, window_s=MONTH_S, labels={"job": "other"})),
        ],
        "unknown", "coverage_missing",
    ),
    Case(
        "a coverage of the same moment in another query", UP,
        [seen(mean("availability", 1.0, window_s=MONTH_S)), seen(mean("coverage", 1.0, window_s=MONTH_S), run=2) ], "met",
        "shown",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", [*QUALITY, *PLACES, *MONTHS], ids=lambda case: case.name)
def test_what_an_architect_would_say(case: Case) -> None:
    check(case)
