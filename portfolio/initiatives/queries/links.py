"""Reads over what looks alike between a file and its register: proposals by state, counted, beside the rows they speak of."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import LinkState, LinkVerdict
from portfolio.initiatives.models import ImportRow, ImportRun, LinkDecision, LinkProposal
from portfolio.initiatives.models.linking import ProposalQuerySet
from portfolio.outbox.models import Job


def proposals_of(actor: Actor, run: ImportRun) -> ProposalQuerySet:
    """The run's proposals whose initiative the reader sees, most alike first."""
    rows = LinkProposal.objects.visible_to(actor).filter(run=run)
    return rows.select_related("run", "initiative__unit", "initiative__stage", "decision").order_by("-score", "id")


def in_state(rows: ProposalQuerySet, run: ImportRun, state: str) -> ProposalQuerySet:
    return rows.filter(_is(run, state))


def _is(run: ImportRun, state: str) -> Q:
    """Open: neither decided nor overtaken by a confirmed link of the same row or the same initiative."""
    if state != LinkState.OPEN:
        return Q(decision__verdict=state)
    taken = LinkDecision.objects.filter(run=run, verdict=LinkVerdict.CONFIRMED)
    return Q(decision=None) & ~Q(key__in=taken.values("key")) & ~Q(initiative__in=taken.values("initiative"))


def tally(actor: Actor, run: ImportRun, floor: float) -> dict[str, int]:
    """`{open, confirmed, refused, sure}`; sure: open, best on both sides and of at least this score."""
    counted = {str(state): Count("id", filter=_is(run, state)) for state in LinkState}
    counted["sure"] = Count("id", filter=_is(run, LinkState.OPEN) & Q(best=True, score__gte=floor))
    found: dict[str, int] = LinkProposal.objects.visible_to(actor).filter(run=run).aggregate(**counted)
    return found


def rows_by_line(run: ImportRun, lines: set[int]) -> dict[int, dict[str, Any]]:
    """Line -> interpreted fields of staged rows; lines whose rows are forgotten are absent."""
    return dict(ImportRow.objects.filter(run=run, line__in=lines).values_list("line", "fields"))


def search_died(run: ImportRun) -> bool:
    """Whether the search used up its attempts, so that only an administrator gets it going again."""
    return Job.objects.filter(
        handler="initiatives.propose_links", payload__import_id=run.pk, dead_at__isnull=False, done_at=None
    ).exists()
