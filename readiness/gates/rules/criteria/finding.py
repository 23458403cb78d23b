"""What an evaluator answers, and what several answers come to together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from readiness.evidence.choices import Verdict
from readiness.gates.rules.criteria.reasons import Need, Needed, Reason, Who, need

Figure = float | int | str | bool | None
WORST_FIRST = (
    Verdict.NOT_MET,
    Verdict.UNKNOWN,
    Verdict.STALE,
    Verdict.WAIVED,
    Verdict.WARNING,
    Verdict.MET,
    Verdict.NOT_APPLICABLE,
)
_RANK = {verdict: rank for rank, verdict in enumerate(WORST_FIRST)}
_AGELESS = frozenset({Verdict.UNKNOWN, Verdict.STALE, Verdict.NOT_APPLICABLE})


@dataclass(frozen=True, slots=True)
class Cited:
    """A piece of what a verdict stands on: kind and id name the row, `digest` its content as it was."""

    kind: str
    id: int
    digest: str = ""
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict with its reason, figures and what would decide it. `recheck_at`: when time alone may change it."""

    verdict: Verdict
    reason: Reason
    figures: Mapping[str, Figure] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    cited: tuple[Cited, ...] = ()
    observed_at: datetime | None = None
    recheck_at: datetime | None = None


def unknown(reason: Reason, *needs: Need, **figures: Any) -> Finding:
    return Finding(Verdict.UNKNOWN, reason, figures, needs)


def worst(findings: Sequence[Finding]) -> Finding:
    """The worst of at least one; of equal ones the first. Needs and evidence are of all that count, each once.

    What does not apply counts only where nothing does.
    """
    counting = [one for one in findings if one.verdict is not Verdict.NOT_APPLICABLE] or list(findings)
    ordered = sorted(counting, key=lambda one: _RANK[one.verdict])
    needs: list[Need] = []
    for one in ordered:
        needs += [each for each in one.needs if each not in needs]
    return replace(
        ordered[0],
        needs=tuple(needs),
        cited=tuple(dict.fromkeys(each for one in counting for each in one.cited)),
        observed_at=min((one.observed_at for one in counting if one.observed_at is not None), default=None),
        recheck_at=earliest(one.recheck_at for one in counting),
    )


def earliest(times: Iterable[datetime | None]) -> datetime | None:
    return min((one for one in times if one is not None), default=None)


def aged(finding: Finding, max_age_days: int | None, now: datetime, *, who: Who) -> Finding:
    """Stale where what it stands on is older than the limit; whatever it said then, it does not say it now.

    What has no age cannot be shown to be fresh, so it is unknown.
    """
    if max_age_days is None or finding.verdict in _AGELESS:
        return finding
    if finding.observed_at is None:
        return replace(finding, verdict=Verdict.UNKNOWN, reason=Reason.AGE_UNKNOWN, needs=(need(Needed.REFRESH, who),))
    limit = finding.observed_at + timedelta(days=max_age_days)
    if now <= limit:
        return replace(finding, recheck_at=earliest([finding.recheck_at, limit + timedelta(seconds=1)]))
    refresh = need(Needed.REFRESH, who, observed_at=finding.observed_at.isoformat(), max_age_days=max_age_days)
    told = {**finding.figures, "otherwise": finding.verdict.value}
    return replace(finding, verdict=Verdict.STALE, reason=Reason.TOO_OLD, figures=told, needs=(refresh, *finding.needs))
