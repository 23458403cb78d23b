"""Jobs of evidence: each claims its row, does its work, and marks it done in the transaction of its effect."""

from __future__ import annotations

from portfolio.accounts.rules import system
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import Claim, enqueue
from readiness.evidence.services.pulls.due import write_due
from readiness.evidence.services.pulls.running import run_pull
from readiness.evidence.services.pulls.tidying import end_abandoned, thin
from readiness.evidence.services.receiving import receive
from readiness.evidence.services.retention import tidy
from readiness.evidence.services.sources.trying import end_forgotten, run_trial
from readiness.evidence.services.sweeping import sweep
from readiness.evidence.services.verdicts import evaluate_in_turn, judge_due, judge_later, naming_accelerators

TIDY_S = 120.0  # for others to have their turn


def pull(held: Claim) -> None:
    """Ask a source all its feeds."""
    run_pull(held)


def read_delivery(held: Claim) -> None:
    """Take in a file that somebody brought."""
    receive(held)


def test(held: Claim) -> None:
    """Try a source for somebody who waits."""
    run_trial(held)


def write_due_pulls() -> None:
    """Every few seconds: what is due is written down, what died is ended."""
    now = clock.now()
    write_due(now=now)
    end_abandoned(now=now)
    end_forgotten(now=now)


def tidy_pulls(held: Claim) -> None:
    """Old pulls that brought nothing become a count."""
    with held.finishing():
        thin(now=clock.now())


def tidy_files(held: Claim) -> None:
    """Files whose reading died, and files of nobody."""
    with held.finishing():
        sweep(clock.now())


def tidy_history(held: Claim) -> None:
    """What is past its age is thinned, dropped, forgotten; what does not fit into one job goes on in the next."""
    done = tidy(by=system("evidence"), now=clock.now(), budget_s=TIDY_S, resumed=bool(held.payload.get("resumed")))
    with held.finishing():
        if not done:
            enqueue("evidence.tidy_history", {"resumed": True})


def judge(held: Claim) -> None:
    """Something that verdicts stand on changed: evidence, a profile, capacity."""
    by, said = system("evidence"), held.payload
    with held.finishing(), acting(by):
        evaluate_in_turn(said.get("workload_ids", ()), pool_ids=said.get("pool_ids", ()), by=by, now=clock.now())


def judge_catalogue(held: Claim) -> None:
    """Accelerators are called otherwise: what was known under no name may be known now."""
    with held.finishing():
        if held.payload.get("accelerator_ids"):
            judge_later(naming_accelerators())


def judge_what_is_due(held: Claim) -> None:
    """Evidence goes stale by itself, allocations begin and end, and the rules change."""
    with held.finishing():
        judge_due(now=clock.now())
