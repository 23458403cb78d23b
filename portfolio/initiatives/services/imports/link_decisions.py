"""What a person says of a proposed link: confirmed, refused, or taken back. Holds from the publishing of the import on."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.initiatives.choices import LinkSearchState, LinkState, LinkVerdict, RunState
from portfolio.initiatives.models import ImportRun, LinkDecision, LinkProposal, LinkSearch
from portfolio.initiatives.queries.links import in_state, proposals_of
from portfolio.initiatives.services.imports.outcomes import compare, count
from portfolio.kit import clock
from portfolio.kit.acting import acting

LEAST_IN_BULK = 0.8  # below it a person looks at each pair; docs/imports.md says how often they were right
USUAL_IN_BULK = 0.95


def decide_link(*, by: Actor, proposal: LinkProposal, verdict: LinkVerdict) -> LinkProposal:
    """Confirm or refuse a pair; saying the same again changes nothing.

    Raises PermissionDenied; ValidationError if the run is not waiting for its decision, or the row or the initiative is
    confirmed as another's.
    """
    with acting(by, note=_note(proposal)):
        run = _open(by, proposal.run)
        standing = _standing(by, proposal)
        if standing.decision is not None and standing.decision.verdict == verdict:
            return standing
        if verdict is LinkVerdict.CONFIRMED:
            _refuse_second(standing)
        standing.decision = _decide(by, standing, verdict)
        standing.save(update_fields=["decision"])
        _recount(run, [standing.key])
    return standing


def undo_link(*, by: Actor, proposal: LinkProposal) -> LinkProposal:
    """Take a decision back; the pair waits for one again."""
    with acting(by, note=_note(proposal)):
        run = _open(by, proposal.run)
        standing = _standing(by, proposal)
        if standing.decision is not None:
            standing.decision.delete()
            standing.decision = None
            _recount(run, [standing.key])
    return standing


def confirm_links(*, by: Actor, run: ImportRun, at_least: float) -> int:
    """Confirm every undecided pair of at least this score that is the best of both its row and its initiative; how many.

    Pairs of units in which `by` may not import stay as they are. Raises PermissionDenied, ValidationError.
    """
    if not LEAST_IN_BULK <= at_least <= 1:
        raise ValidationError({"at_least": _("Between %s and 1: below it, look at each pair.") % LEAST_IN_BULK})
    with acting(by, note=f"all of {at_least} and more in {run.file_name}"):
        locked = _open(by, run)
        rows = in_state(proposals_of(by, locked), locked, LinkState.OPEN).filter(best=True, score__gte=at_least)
        chosen = [one for one in rows if by.may(Action.IMPORT, one.initiative.unit.path)]
        decisions = LinkDecision.objects.bulk_create(_decision(by, one, LinkVerdict.CONFIRMED) for one in chosen)
        for one, decision in zip(chosen, decisions, strict=True):
            one.decision = decision
        LinkProposal.objects.bulk_update(chosen, ["decision"])
        _recount(locked, [one.key for one in chosen])
    return len(chosen)


def _note(proposal: LinkProposal) -> str:
    return f"line {proposal.line} of {proposal.run.file_name}"


def _open(by: Actor, run: ImportRun) -> ImportRun:
    """The run, locked, if its links may be decided on now."""
    locked = ImportRun.objects.select_for_update(of=("self",)).select_related("unit", "register").get(pk=run.pk)
    if not by.may(Action.IMPORT, locked.unit.path if locked.unit else EVERYTHING):
        raise PermissionDenied(_("You may not import into this unit."))
    if locked.state != RunState.PREVIEW:
        raise ValidationError(_("This import is %s.") % locked.get_state_display().lower())
    if not LinkSearch.objects.filter(run=locked, state=LinkSearchState.DONE).exists():
        raise ValidationError(_("The search for what looks alike is not finished yet."))
    return locked


def _standing(by: Actor, proposal: LinkProposal) -> LinkProposal:
    """The proposal as it is now. A newer search has other ones, so its pair counts, not its number."""
    rows = proposals_of(by, proposal.run)
    found = rows.filter(key=proposal.key, initiative=proposal.initiative_id).first()
    if found is None:
        raise ValidationError(_("This pair is not proposed any more."))
    if not by.may(Action.IMPORT, found.initiative.unit.path):
        raise PermissionDenied(_("You may not import into this unit."))
    return found


def _refuse_second(proposal: LinkProposal) -> None:
    same = Q(key=proposal.key) | Q(initiative=proposal.initiative_id)
    others = LinkDecision.objects.filter(same, run=proposal.run_id, verdict=LinkVerdict.CONFIRMED)
    if others.exists():
        raise ValidationError(_("This row or this initiative is linked already; undo that link first."))


def _decision(by: Actor, proposal: LinkProposal, verdict: LinkVerdict) -> LinkDecision:
    return LinkDecision(
        run_id=proposal.run_id, key=proposal.key, initiative_id=proposal.initiative_id, verdict=verdict, score=proposal.score,
        by_id=by.user_id, by_label=by.label[:200],
    )  # fmt: skip


def _decide(by: Actor, proposal: LinkProposal, verdict: LinkVerdict) -> LinkDecision:
    decision = proposal.decision or _decision(by, proposal, verdict)
    decision.verdict, decision.by_id, decision.by_label, decision.at = verdict, by.user_id, by.label[:200], clock.now()
    decision.save()
    return decision


def _recount(run: ImportRun, keys: Sequence[str]) -> None:
    """What the rows of these keys will do now, and the run's counts."""
    if not keys:
        return
    compare(run_id=run.pk, register=run.register, keys=keys)
    run.counts = run.counts | count(run_id=run.pk, register=run.register)
    run.save(update_fields=["counts"])
