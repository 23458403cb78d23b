"""The criteria of a gate with what is missing, and the recommendation that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from readiness.gates.choices import CriterionDimension, CriterionKind
from readiness.gates.rules import canonical
from readiness.gates.rules.criteria.judge import Judged
from readiness.gates.rules.record.snapshot import judged_plain
from readiness.gates.tables import criteria, recommendation
from readiness.gates.tables.needs import Whose
from readiness.gates.tables.words import DIMENSIONS
from readiness.meetings.rules.packs.page import Band, Cell, Chart, Column, Headline, Row, Section, Table
from readiness.meetings.services.packs.contents.gathered import Gathered, Subject
from readiness.meetings.services.packs.contents.words import days, joined, outcome, verdict

WIDE, INNER = 498, 470  # of the type area, and of the box in it, in points
MOST_NEEDS = 3


def headline(one: Subject) -> Headline:
    """What is recommended, the rule that fired, and the criteria that fired it."""
    rows = [judged_plain(each) for each in one.judged.judged]
    given = one.judged.recommendation.plain()
    thresholds: Any = canonical.plain(one.judged.template.thresholds_of(one.judged.gate))
    dependencies: Any = canonical.plain(one.judged.dependencies)
    told = recommendation.recommendation(given, rows, thresholds, dependencies)
    causes = [_cause(each) for each in told["causes"]]
    return Headline(
        label=_("Recommended"),
        badge=outcome(given["outcome"]),
        lead=told["rule"],
        points=(*causes, *told["turned"]),
        chart=_score(one, told["score"]["text"]) if told["score"] else None,
    )


def _cause(one: Mapping[str, Any]) -> str:
    """`2 criteria block and are not met: The load is known; It is sized`"""
    return " ".join([one["says"], "; ".join(named["text"].rstrip(".") for named in one["criteria"])]).strip()


def _score(one: Subject, text: str) -> Chart:
    row = score_row(one, "", text)
    says = _("The score is %(score)s; %(warning)d %% is the warning line, %(passing)d %% the pass line.") % {
        "score": text, "warning": round(row["warning"] * 100), "passing": round(row["passing"] * 100),
    }  # fmt: skip
    return Chart("scores", says, {"width": INNER, "rows": [row]})


def score_row(one: Subject, label: str, text: str) -> dict[str, Any]:
    """What drawing.scores draws of one review."""
    limits = one.judged.template.thresholds_of(one.judged.gate)
    score = one.judged.recommendation.score
    return {
        "label": label, "low": float(score.low), "high": float(score.high), "warning": limits.warning,
        "passing": limits.passing, "value": text,
    }  # fmt: skip


def section(one: Subject, all_: Gathered) -> Section:
    """Those in the way first, the scored ones, then those for information."""
    initiative = one.item.review.initiative
    owner = all_.names.get(initiative.owner_id or 0, initiative.owner_name)
    whose = Whose(initiative.pk, owner=owner, unit=initiative.unit.name)
    columns = (
        Column(_("Criterion"), 2.5), Column(_("Verdict"), 1.3), Column(_("Why, and what would decide it"), 2.7),
        Column(_("Stands on"), 1.2),
    )  # fmt: skip
    blocking = [each for each in one.judged.judged if each.counted.blocks]
    scored = [each for each in one.judged.judged if each.counted.kind is CriterionKind.SHOULD_MEET and not each.counted.blocks]
    info = [each for each in one.judged.judged if each.counted.kind is CriterionKind.INFO]
    rows: list[Row] = []
    for title, below, some in (
        (_("In the way"), _("deliverables, what must be met, and key criteria"), blocking),
        (_("Scored"), _("by weight"), scored),
        (_("For information"), _("never counted"), info),
    ):
        if some:
            rows += [Band(title, below), *(_row(each, whose, all_) for each in some)]
    plain = [judged_plain(each) for each in one.judged.judged]
    return Section(title=_("Criteria"), lead=f"{criteria.summary(plain)}.", table=Table(columns, tuple(rows)))


def _row(one: Judged, whose: Whose, all_: Gathered) -> tuple[Cell, ...]:
    told = criteria.criterion_row(judged_plain(one), whose, all_.now)
    says = " ".join([told["says"], told["says_beneath"]]).strip()
    figures = "; ".join(told["figures"])
    kind = joined(
        str(told["kind"]), _("key") if told["is_key"] else "",
        _("weight %s") % told["weight"] if told["weight"] else "", str(DIMENSIONS[CriterionDimension(one.criterion.dimension)]),
    )  # fmt: skip
    return (
        Cell(one.criterion.text, kind),
        Cell(badge=verdict(one.verdict.value), below=_("can never be met") if one.impossible else ""),
        Cell(says, figures, points=_needs(told["needs"])),
        Cell(told["ago"] or _("nothing dated"), _limit(one)),
    )


def _needs(needs: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What to do and who, the first few; the rest as a number."""
    found = [_need(one) for one in needs]
    left = len(found) - MOST_NEEDS
    return (*found[:MOST_NEEDS], *((_("and %d more") % left,) if left > 0 else ()))


def _need(one: Mapping[str, Any]) -> str:
    what = f"{one['title']}: {one['detail']}" if one["detail"] else str(one["title"])
    return f"{what} ({one['who']})" if one["who"] else what


def _limit(one: Judged) -> str:
    most = one.criterion.evidence.max_age_days
    return _("at most %s old") % days(most) if most else ""
