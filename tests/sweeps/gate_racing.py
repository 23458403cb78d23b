"""The race itself (gate_races says what it is): threads that take the next thing that somebody does at some gate."""

from __future__ import annotations

import argparse
import queue
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, connections

from portfolio.kit import clock
from readiness.gates.choices import Ballot, Outcome, ReviewState
from readiness.gates.models import Review, Waiver
from readiness.gates.queries.situation import situation
from readiness.gates.rules.decisions import Wanted
from readiness.gates.services.deciding import decide
from readiness.gates.services.reviews import reopen_review, withdraw_review
from readiness.gates.services.sweeping import sweep_waivers
from readiness.gates.services.voting import cast
from tests.readiness.gates.deciding_world import NAMES, fresh
from tests.sweeps.gate_world import World, anomalies, silent, unlocked

PATIENCE = 60  # looks of a decider at a review that nobody proposes
OPEN = (ReviewState.IN_REVIEW, ReviewState.PROPOSED)
Act = Callable[[], str]


@dataclass
class Race:
    """`did` counts what came of each act, `bad` the anomalies and the errors that nobody meant."""

    gates: int
    took_s: float = 0.0
    did: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)


def race(*, gates: int, threads: int, seed: int = 1, without_lock: bool = False) -> Race:
    """Let everybody act at every gate at once, wait until all is at rest, and look."""
    world, dice, found = World(), random.Random(seed), Race(gates)
    waived, plain = world.reviews(gates // 3, judged="not_met"), world.reviews(gates - gates // 3)
    rows = [*waived, *plain]
    dice.shuffle(rows)
    world.waive(waived, lambda: clock.now() + timedelta(seconds=dice.uniform(0.2, 0.2 + gates / 12)))
    line: queue.SimpleQueue[Act | None] = queue.SimpleQueue()
    for number, row in enumerate(rows):
        for act in _acts(world, row, dice):
            line.put(act)
        if number % 5 == 0:
            line.put(_expire)
    for _ in range(threads):
        line.put(None)
    lock, started = threading.Lock(), time.monotonic()
    with silent(), unlocked() if without_lock else nullcontext():
        everybody = [threading.Thread(target=_work, args=(line, found, lock)) for _ in range(threads)]
        for one in everybody:
            one.start()
        for one in everybody:
            one.join()
    found.took_s = time.monotonic() - started
    sweep_waivers(clock.now())
    found.bad.update(anomalies(rows))
    return found


def _work(line: queue.SimpleQueue[Act | None], found: Race, lock: threading.Lock) -> None:

    try:
        while (act := line.get()) is not None:
            try:
                said = act()
            except (ValidationError, PermissionDenied):
                said = "refused"
            except IntegrityError as error:  # the constraint stood where the lock should have
                said = "stopped by a constraint"
                found.bad[f"{said}: {str(error).split(chr(34))[1]}"] += 1
            except (DatabaseError, ValueError) as error:
                said = "failed"
                found.bad[f"{type(error).__name__}: {error}"[:120]] += 1
            with lock:
                found.did[said] += 1
    finally:
        connections.close_all()


def _acts(world: World, row: Review, dice: random.Random) -> list[Act]:
    """What happens at one gate: four votes, second thoughts, three who decide, now and then a withdrawal or a reopening."""
    bad_mood = dice.random() < 0.3
    votes = [partial(_vote, world, row, name, Ballot.HOLD if name == "Sam" and bad_mood else Ballot.GO) for name in NAMES]
    second = [partial(_vote, world, row, "Sam", Ballot.RECYCLE)] if dice.random() < 0.4 else []
    deciders = [
        partial(_decide, world, row, name, outcome)
        for name, outcome in zip(("Bea", "Ida", "Dan"), dice.sample([Outcome.GO, Outcome.GO, Outcome.HOLD], 3), strict=True)
    ]
    others: list[Act] = [partial(_withdraw, world, row)] if dice.random() < 0.15 else []
    if dice.random() < 0.3:
        others.append(partial(_reopen, world, row))
    acts: list[Act] = [*votes, *second, *others]
    dice.shuffle(acts)
    return [*acts, *deciders]


def _vote(world: World, row: Review, name: str, ballot: Ballot) -> str:
    cast(by=world.actors[name], review=row, ballot=ballot, rationale="So.")
    return "voted"


def _decide(world: World, row: Review, name: str, outcome: Outcome) -> str:
    """Looks until somebody proposes it, and decides on what is seen then."""
    for _ in range(PATIENCE):
        now = fresh(row)
        if now.state not in OPEN:
            return "too late"
        if now.state == ReviewState.PROPOSED:
            _judged, seen, _ground = situation(now, now=clock.now())
            wanted = Wanted(outcome, world.organisation.people[name].pk, seen.current, reason="So.")
            try:
                decide(by=world.actors[name], review=now, wanted=wanted)
            except ValidationError:
                continue
            return "decided"
        time.sleep(0.05)
    return "never proposed"


def _withdraw(world: World, row: Review) -> str:
    withdraw_review(by=world.actors["Paula"], review=row, note="So.")
    return "withdrawn"


def _reopen(world: World, row: Review) -> str:
    """Opened again once it is proposed, and somebody thinks again: whoever reopens leaves it complete otherwise."""
    for _ in range(PATIENCE):
        state = Review.objects.values_list("state", flat=True).get(pk=row.pk)
        if state not in OPEN:
            return "too late"
        if state == ReviewState.PROPOSED:
            reopen_review(by=world.actors["Paula"], review=row, note="So.")
            return _vote(world, row, "Dan", Ballot.GO)
        time.sleep(0.05)
    return "never proposed"


def _expire() -> str:
    return f"{sweep_waivers(clock.now())} waivers swept"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gates", type=int, default=500)
    parser.add_argument("--threads", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-lock", action="store_true")
    options = parser.parse_args()
    found = race(gates=options.gates, threads=options.threads, seed=options.seed, without_lock=options.without_lock)
    expired = Waiver.objects.filter(state="expired").count()
    for name, count in sorted(found.did.items()):
        sys.stdout.write(f"{count:6d}  {name}\n")
    sys.stdout.write(f"{options.gates} gates, {options.threads} threads, {found.took_s:.1f} s, {expired} waivers expired\n")
    for name, count in found.bad.most_common():
        sys.stdout.write(f"{count:6d}  ANOMALY {name}\n")
    sys.stdout.write(f"{found.bad.total()} anomalies\n")
    sys.exit(bool(found.bad))


if __name__ == "__main__":
    main()
