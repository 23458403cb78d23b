"""What gate_tampering runs in a database of its own: decisions taken by the product, tampered with by the owner, looked at."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path
from random import Random
from typing import Any

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from portfolio.kit import clock
from readiness.gates.choices import Outcome, ReviewState
from readiness.gates.models import Decision, Review
from readiness.gates.queries.record import exported
from readiness.gates.queries.situation import situation
from readiness.gates.rules.decisions import Wanted
from readiness.gates.rules.record.verify import verify
from readiness.gates.services.deciding import decide
from tests.readiness.gates.deciding_world import NAMES, fresh
from tests.sweeps.gate_forging import FORGERIES, chain_of, undone
from tests.sweeps.gate_world import World, silent

SCRIPT = Path(__file__).resolve().parents[2] / "readiness/gates/packs/verify_decisions.py"
LEFT_OPEN = (Outcome.HOLD, Outcome.RECYCLE)


def alone() -> Any:
    """The auditor's script, which shares nothing with the product."""
    spec = importlib.util.spec_from_file_location("verify_decisions", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def decide_much(world: World, chains: int, seed: int) -> None:
    """Gates that went several rounds, some with corrections."""
    dice = Random(seed)
    with silent():
        for row in world.reviews(chains, state=ReviewState.PROPOSED):
            for round_ in range(1, dice.randint(3, 4) + 1):
                Review.objects.filter(pk=row.pk).update(round=round_, state=ReviewState.PROPOSED)
                world.vote_rows(fresh(row), dict.fromkeys(NAMES, "hold"))
                for _turn in range(dice.choice((1, 2))):
                    _decide(world, fresh(row), dice.choice(LEFT_OPEN))


def _decide(world: World, row: Review, outcome: Outcome) -> None:
    _judged, seen, _ground = situation(row, now=clock.now())
    wanted = Wanted(outcome, world.organisation.people["Bea"].pk, seen.current, reason="As discussed.")
    decide(by=world.actors["Bea"], review=row, wanted=wanted)


def missed(places: int, *, seed: str = "") -> list[str]:
    """Each forgery at so many seeded places that either verifier does not find, and nothing else, where it was done."""
    script, found = alone(), []
    anchors = [
        {"chain": row.chain, "sequence": row.sequence, "hash": row.hash} for row in Decision.objects.order_by("chain", "sequence")
    ]
    for name, forge in FORGERIES.items():
        for place in range(places):
            dice = Random(f"{seed} {name} {place}")
            with undone():
                done = forge(chain_of(dice), dice)
                rows = list(exported(Decision.objects.using("owner"), money=True))
            known = anchors if name != "broken supersession" else []
            at = next((number for number, row in enumerate(rows, start=1) if row["columns"]["id"] == done.at), None)
            wanted = [{"kind": done.kind, "chain": done.chain, "sequence": done.sequence, "position": at}]
            ours = [bad.plain() for bad in verify(rows, known).bad]
            if ours != wanted or script.verify(rows, known)["bad"] != wanted:
                found.append(f"{name} {place}: {wanted} was found as {ours}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=100)
    parser.add_argument("--chains", type=int, default=12)
    options = parser.parse_args()
    world = World()
    decide_much(world, options.chains, 1)
    whole = verify(exported(money=True)).whole
    found = missed(options.places)
    for one in found[:20]:
        sys.stdout.write(f"{one}\n")
    count = Decision.objects.count()
    sys.stdout.write(f"{count} decisions, {len(FORGERIES)} x {options.places} forgeries: {len(found)} missed or misplaced\n")
    sys.exit(bool(found) or not whole)


if __name__ == "__main__":
    main()
