"""At least two venues, one of them not public cloud, or a reason."""

from __future__ import annotations

import pytest

from readiness.workloads.rules.venues import Finding, Verdict, comparison, quota_gap

CLOUD, OWN, UNKNOWN = ("public_cloud", "candidate"), ("on_premises", "rejected"), ("unknown", "candidate")


@pytest.mark.parametrize(
    ("options", "reason", "verdict", "finding"),
    [
        ([], "", Verdict.UNKNOWN, Finding.NOTHING),
        ([CLOUD], "", Verdict.NOT_MET, Finding.ONE),
        ([OWN], "", Verdict.NOT_MET, Finding.ONE),
        ([CLOUD, CLOUD], "", Verdict.NOT_MET, Finding.ONLY_PUBLIC_CLOUD),
        ([CLOUD, UNKNOWN], "", Verdict.UNKNOWN, Finding.VENUE_UNKNOWN),
        ([CLOUD, OWN], "", Verdict.MET, Finding.COMPARED),
        ([OWN, OWN], "", Verdict.MET, Finding.COMPARED),
        ([CLOUD], "  \n", Verdict.NOT_MET, Finding.ONE),
        ([CLOUD], "The data may not leave the provider.", Verdict.MET, Finding.REASONED),
        ([CLOUD, OWN], "A reason that nobody needs.", Verdict.MET, Finding.COMPARED),
    ],
)
def test_the_verdict_of_a_comparison(
    options: list[tuple[str, str]], reason: str, verdict: Verdict, finding: Finding
) -> None:  # fmt: skip
    found = comparison(options, reason=reason)
    assert (found.verdict, found.finding, found.options) == (verdict, finding, len(options))


def test_a_function_that_does_not_exist_has_nothing_to_compare() -> None:
    assert comparison([CLOUD], reason="It trains nothing.", not_applicable=True).verdict == Verdict.NOT_APPLICABLE


def test_an_unknown_quota_has_an_unknown_gap() -> None:
    assert quota_gap(8, 6) == 2
    assert quota_gap(8, 12) == 0
    assert quota_gap(8, None) is None
