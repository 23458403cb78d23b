"""The minutes of a closed meeting as pages; the text that was locked and hashed stays the one that counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readiness.meetings.models import Meeting
from readiness.meetings.queries.minutes import facts_of_minutes
from readiness.meetings.rules.minutes import Agreed, Item, Minutes, Presence
from readiness.meetings.rules.packs.page import Badge, Cell, Column, Document, Fact, Headline, Part, Section, Table
from readiness.meetings.services.packs.contents.words import clock, day, fact, joined, moment


def document(row: Meeting) -> Document:
    """Of a meeting that is closed."""
    assert row.closed_at is not None
    zone, facts = ZoneInfo(row.time_zone or "UTC"), facts_of_minutes(row, ended=row.closed_at)
    foot = joined(_("Minutes"), _("locked %s") % f"{moment(row.closed_at, zone)} ({zone})")
    return Document(
        kind="minutes", title=facts.title, kicker=_("Minutes of a gate meeting"), lead=_lead(facts), running=facts.title,
        foot=foot, made_at=row.closed_at.isoformat(), facts=_facts(facts, zone), sections=tuple(_sections(facts, zone)),
        parts=tuple(_part(number, item, zone) for number, item in enumerate(facts.items, start=1)),
        closing=(_closing(row.minutes_digest),),
    )  # fmt: skip


def _lead(facts: Minutes) -> str:
    """`3 reviews, 2 decided: Go, Hold.`"""
    outcomes = [item.decided.outcome for item in facts.items if item.decided]
    said = ngettext("%d review", "%d reviews", len(facts.items)) % len(facts.items)
    told = ngettext("%d decision", "%d decisions", len(outcomes)) % len(outcomes)
    return f"{said}, {told}: {', '.join(outcomes)}." if outcomes else f"{said}, {_('nothing was decided')}."


def _facts(facts: Minutes, zone: tzinfo) -> tuple[Fact, ...]:
    return (
        Fact(_("Held"), f"{moment(facts.started, zone)} – {clock(facts.ended, zone)} ({zone})"),  # noqa: RUF001
        fact(_("Where"), facts.place, otherwise=_("not said")),
        fact(_("Chair"), facts.chair, otherwise=_("nobody")),
        Fact(_("Business unit"), facts.unit),
    )


def _sections(facts: Minutes, zone: tzinfo) -> Iterator[Section]:
    rows = tuple(_presence(one, zone) for one in facts.present)
    columns = (Column(_("Name"), 2), Column(_("From – to"), 2))  # noqa: RUF001
    absent = (_("Invited and not there: %s") % ", ".join(facts.absent),) if facts.absent else ()
    lead = "" if rows else _("Nobody was noted as present.")
    yield Section(title=_("Present"), lead=lead, table=Table(columns, rows) if rows else None, notes=absent)
    if facts.items:
        yield Section(title=_("Decisions"), table=_decisions(facts.items))
    if facts.notes:
        yield Section(title=_("Notes"), paragraphs=tuple(_paragraphs(facts.notes)))
    if facts.actions:
        yield Section(title=_("Actions of the meeting"), table=_agreed(facts.actions))


def _presence(one: Presence, zone: tzinfo) -> tuple[Cell, ...]:
    spans = ", ".join(f"{clock(begun, zone)} – {clock(ended, zone) if ended else _('end')}" for begun, ended in one.spans)  # noqa: RUF001
    return Cell(one.name), Cell(spans)


def _decisions(items: Sequence[Item]) -> Table:
    columns = (Column(_("Review"), 3), Column(_("Gate"), 1.4), Column(_("Recommended"), 1.3), Column(_("Decided"), 1.5))
    return Table(columns, tuple(
        (Cell(item.subject, strong=True), Cell(item.gate), Cell(item.recommended or "–"), Cell(badge=_outcome(item)))  # noqa: RUF001
        for item in items
    ))  # fmt: skip


def _outcome(item: Item) -> Badge:
    return Badge(item.decided.outcome, "outcome") if item.decided else Badge(_("None"), "quiet")


def _part(number: int, item: Item, zone: tzinfo) -> Part:
    held = (
        f"{clock(item.started, zone)} – {clock(item.ended, zone)}" if item.started and item.ended else _("not reached")  # noqa: RUF001
    )
    key, _blank, name = item.subject.partition(" ")
    return Part(
        mark=key, title=name, kicker=joined(str(number), item.gate, held, _("%d min planned") % item.minutes),
        headline=_headline(item, zone), sections=tuple(_of_item(item)),
    )  # fmt: skip


def _headline(item: Item, zone: tzinfo) -> Headline:
    decided = item.decided
    if decided is None:
        lead = _("No decision was taken.")
        return Headline(label=_("Decided"), badge=_outcome(item), lead=lead, points=_advised(item))
    by = _("Decided by %(who)s, %(when)s.") % {"who": decided.by, "when": moment(decided.at, zone)}
    return Headline(label=_("Decided"), badge=_outcome(item), lead=by, points=_advised(item))


def _advised(item: Item) -> tuple[str, ...]:
    return (_("Recommended was %s.") % item.recommended,) if item.recommended else ()


def _of_item(item: Item) -> Iterator[Section]:
    decided = item.decided
    if decided and decided.reason:
        yield Section(title=_("Reason"), paragraphs=tuple(_paragraphs(decided.reason)))
    if decided and decided.conditions:
        yield Section(title=_("Conditions"), table=_agreed(decided.conditions))
    if item.votes:
        columns = (Column(_("Seat"), 2), Column(_("Vote"), 1))
        yield Section(title=_("Votes"), table=Table(columns, tuple((Cell(name), Cell(word)) for name, word in item.votes)))
    if item.notes:
        yield Section(title=_("Notes"), paragraphs=tuple(_paragraphs(item.notes)))
    if item.actions:
        yield Section(title=_("Actions"), table=_agreed(item.actions))
    if decided:
        table = Table((Column(_("Hash of its link"), 1),), ((Cell(decided.hash, code=True),),))
        yield Section(title=_("Record"), table=table)


def _agreed(rows: Sequence[Agreed]) -> Table:
    columns = (Column(_("What"), 4), Column(_("Who"), 1.6), Column(_("By"), 1))
    return Table(columns, tuple((Cell(one.text), Cell(one.owner), Cell(day(one.due))) for one in rows))


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def _closing(digest: str) -> Section:
    lead = _("SHA-256 of the text of these minutes, which was locked when the meeting was closed.")
    return Section(title=_("These minutes"), lead=lead, table=Table((Column(_("Digest"), 1),), ((Cell(digest, code=True),),)))
