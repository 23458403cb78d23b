"""What the kill sweep of decisions runs: `prepare` makes reviews that are proposed; `serve` reads lines `place kill_at seen` and
decides the review at that place in a process of its own, which kills itself with -9 before its so-many-th statement (COMMIT is
the last one). What that process said is answered in one line, each part ended by `;`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.core.exceptions import ValidationError
from django.db import connection, connections

from portfolio.accounts.models import User
from portfolio.accounts.queries import actor_for
from portfolio.kit import clock
from readiness.gates.choices import Outcome, ProofKind, ReviewState
from readiness.gates.models import Review
from readiness.gates.queries.situation import situation
from readiness.gates.rules.conditions import Proof
from readiness.gates.rules.conditions import Wanted as Asked
from readiness.gates.rules.decisions import Wanted
from readiness.gates.services.deciding import decide
from tests.readiness.gates.deciding_world import fresh
from tests.sweeps.gate_world import World, silent

GO = dict.fromkeys(("Ida", "Dan", "Bea", "Sam"), "go")


class Killer:
    """Counts what is sent to PostgreSQL, COMMIT too."""

    def __init__(self, kill_at: int) -> None:
        self.sent, self._kill_at = 0, kill_at
        database: Any = connection
        self._commit, database._commit = database._commit, self.commit

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.step()
        return execute(*args)

    def commit(self) -> None:
        self.step()
        self._commit()

    def step(self) -> None:
        self.sent += 1
        if self.sent == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def prepare(count: int) -> None:
    world = World()
    for row in world.reviews(count, state=ReviewState.PROPOSED):
        world.vote_rows(row, GO)


def serve() -> None:
    """One process for each line, forked, so that Django is loaded once."""
    say("ready")
    for line in sys.stdin:
        place, kill_at, seen = line.split()
        read, write = os.pipe()
        connections.close_all()
        if (child := os.fork()) == 0:
            os.dup2(write, 1)
            decide_one(int(place), int(kill_at), "" if seen == "-" else seen)
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as said:
            told = said.read().replace("\n", ";")
        _pid, status = os.waitpid(child, 0)
        say(f"{told}status {status}")


def decide_one(place: int, kill_at: int, seen: str) -> None:
    """On the form as it is now or, on a retry, as it was seen."""
    row = fresh(Review.objects.order_by("id")[place])
    bea, otto = User.objects.get(name="Bea Test"), User.objects.get(name="Otto Test")
    current = seen or situation(row, now=clock.now())[1].current
    asked = Asked("Show it.", otto.pk, date(2031, 1, 1), Proof(ProofKind.PERSON))
    wanted = Wanted(Outcome.CONDITIONAL_GO, bea.pk, current, reason="So.", conditions=(asked,))
    say(f"seen {current}")
    killer = Killer(kill_at)
    with silent(), connection.execute_wrapper(killer):
        try:
            decide(by=actor_for(bea), review=row, wanted=wanted)
            say("decided")
        except ValidationError as refused:
            say(f"refused {refused.messages[0]}")
    say(f"sent {killer.sent}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve() if sys.argv[1] == "serve" else prepare(int(sys.argv[2]))
