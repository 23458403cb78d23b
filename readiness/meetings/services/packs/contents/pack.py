"""The pre-read of a meeting: first page with agenda and scores, a part for each review, and the heads of the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.kit.templatetags.ui import VERDICTS
from readiness.evidence.choices import Verdict
from readiness.gates.choices import OUTCOMES, CriterionKind
from readiness.gates.rules import canonical
from readiness.gates.tables.criteria import ORDER
from readiness.gates.tables.reasons import span
from readiness.gates.tables.words import OUTCOMES as OUTCOME_WORDS
from readiness.meetings.queries.meetings import ends_at
from readiness.meetings.rules.packs.page import Cell, Chart, Column, Document, Fact, Section, Table
from readiness.meetings.rules.packs.texts import shortened
from readiness.meetings.services.packs.contents.criteria import WIDE, score_row
from readiness.meetings.services.packs.contents.gathered import Gathered, Subject
from readiness.meetings.services.packs.contents.part import part
from readiness.meetings.services.packs.contents.words import clock, fact, joined, moment, outcome

_LABEL = 38
NO_BREAK = "\u00a0"


def document(all_: Gathered, *, number: int, made_by: str, with_money: bool) -> Document:
    """`number` of the pack; the same for both variants, which differ in what is money and nothing else."""
    meeting, zone = all_.meeting, all_.zone
    variant = _("with money") if with_money else _("without money")
    kicker = joined(_("Pack %d") % number, variant)
    until = ends_at(meeting, sum(one.item.minutes for one in all_.subjects))
    return Document(
        kind="pack",
        title=meeting.title,
        kicker=kicker,
        lead=_lead(all_),
        running=meeting.title,
        foot=joined(kicker, _("made %s") % f"{moment(all_.now, zone)} {all_.now.astimezone(zone):%Z}"),
        made_at=all_.now.isoformat(),
        facts=(
            Fact(_("When"), f"{moment(meeting.starts_at, zone)} – {clock(until, zone)} ({zone})"),  # noqa: RUF001
            fact(_("Where"), joined(meeting.place, _("by call") if meeting.call_link else ""), otherwise=_("not said")),
            fact(_("Chair"), str(meeting.chair or ""), otherwise=_("nobody")),
            Fact(_("Business unit"), meeting.unit.name),
            Fact(_("Made by"), made_by),
        ),
        notices=_notices(with_money=with_money),
        sections=tuple(_first_page(all_)),
        parts=tuple(part(one, all_, place, with_money=with_money) for place, one in enumerate(all_.subjects, start=1)),
        closing=(record(all_),),
    )


def _lead(all_: Gathered) -> str:
    """`12 reviews ask for a decision. Recommended: 3 Go, 2 Hold, ...`"""
    total = len(all_.subjects)
    said = ngettext("%d review asks for a decision.", "%d reviews ask for a decision.", total) % total
    counts = Counter(one.judged.recommendation.outcome for one in all_.subjects)
    told = ", ".join(f"{counts[each]} {OUTCOME_WORDS[each][0]}" for each in OUTCOMES if counts[each])
    return f"{said} {_('Recommended: %s.') % told}" if told else said


def _notices(*, with_money: bool) -> tuple[str, ...]:
    if with_money:
        return (_("This variant tells amounts of money. It is for those who may see them for every initiative in it."),)
    return ()


def _first_page(all_: Gathered) -> Iterator[Section]:
    columns = (
        Column(_("At"), 0.7), Column(_("Initiative"), 4), Column(_("Gate"), 1.3), Column(_("Recommended"), 1.5),
        Column(_("Criteria"), 1.7),
    )  # fmt: skip
    rows = []
    begins = all_.meeting.starts_at
    for one in all_.subjects:
        rows.append(_agenda_row(one, all_, begins))
        begins += timedelta(minutes=one.item.minutes)
    yield Section(title=_("Agenda"), table=Table(columns, tuple(rows)))
    scored = [one for one in all_.subjects if any(each.counted.scores for each in one.judged.judged)]
    if scored:
        yield _scores(scored)


def _agenda_row(one: Subject, all_: Gathered, begins: datetime) -> tuple[Cell, ...]:
    initiative = one.item.review.initiative
    owner = all_.names.get(initiative.owner_id or 0, initiative.owner_name) or _("no owner")
    return (
        Cell(clock(begins, all_.zone), _("%d min") % one.item.minutes),
        Cell(f"{initiative.key} {initiative.name}", joined(owner, initiative.unit.name), strong=True),
        Cell(one.judged.gate.name),
        Cell(badge=outcome(one.judged.recommendation.outcome.value)),
        Cell(_verdicts(one)),
    )


def _verdicts(one: Subject) -> str:
    """`2 not met · 1 unknown · 9 met`: the pressing ones first; what is for information is not counted."""
    counts: Counter[Verdict] = Counter(
        each.verdict for each in one.judged.judged if each.criterion.kind is not CriterionKind.INFO
    )  # fmt: skip
    return joined(*(f"{counts[each]} {str(VERDICTS[each][0]).lower()}".replace(" ", NO_BREAK) for each in ORDER if counts[each]))


def _scores(scored: list[Subject]) -> Section:
    rows = []
    for one in scored:
        initiative, score = one.item.review.initiative, one.judged.recommendation.score
        label = shortened(f"{initiative.key} {initiative.name}", _LABEL)
        rows.append(score_row(one, label, span(float(score.low), float(score.high))))
    says = "; ".join(f"{row['label']}: {row['value']}" for row in rows)
    note = _("Share of the weight of scored criteria: solid is sure, hatched is what nobody knows yet.")
    return Section(title=_("Scores"), chart=Chart("scores", says, {"width": WIDE, "rows": rows}), notes=(note,))


def record(all_: Gathered) -> Section:
    """The heads of the chains, so that a decision that is lost or changed later shows."""
    lead = _(
        "Each decision at a gate is a link of a chain. These were the last links when this was made: compare them with the "
        "record, and a decision that was changed or taken away shows."
    )  # fmt: skip
    columns = (Column(_("Chain"), 1.4), Column(_("Decision"), 0.7, right=True), Column(_("Hash of its link"), 4))
    rows = tuple((Cell(one.chain), Cell(str(one.sequence)), Cell(one.hash, code=True)) for one in all_.heads)
    whole = (Cell(_("all chains")), Cell(""), Cell(all_.digest, code=True))
    notes = () if rows else (_("Nothing was decided yet at the gates of this pack."),)
    return Section(title=_("Record of decisions"), lead=lead, table=Table(columns, (*rows, whole)), notes=notes)


def plain_figures(all_: Gathered) -> dict[str, Any]:
    """The risk figures that it tells by initiative, to be noted as shown when it is sent."""
    found = {str(one.item.review.initiative_id): one.risk.figure for one in all_.subjects if one.risk is not None}
    plain: Any = canonical.plain(found)
    return dict(plain)


def plain_heads(all_: Gathered) -> list[dict[str, object]]:
    """As they are kept with the pack, to be anchored when it is sent."""
    return [{"chain": one.chain, "sequence": one.sequence, "hash": one.hash} for one in all_.heads]
