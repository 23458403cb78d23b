"""Two connections stepped one statement at a time through every order in which their statements can follow each other.

A side stops before each statement that the pattern names and before each COMMIT, until it is let on. A side that waits for the
other's lock is left waiting: from there on only the other one can go. So each order that can happen is gone through exactly once,
depth first: whatever order somebody wishes for the statements, it comes to one of these.
"""

from __future__ import annotations

import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, connections

STUCK_S = 30.0
_POLL_S = 0.001


@dataclass(frozen=True)
class Reins:
    """`hold` stops here; `watch` stops from now on before each statement that the pattern names and before each COMMIT."""

    hold: Callable[[], None]
    watch: Callable[[], None]


Work = Callable[[Reins], None]


@dataclass(frozen=True)
class Pair:
    """What is stepped: two works on something that was made for them, and what must not be afterwards."""

    one: Work
    other: Work
    look: Callable[[], list[str]]


@dataclass
class Explored:
    """`orders` that were gone through; the most statements of a side; `bad` is what was found, by order."""

    orders: int = 0
    most: tuple[int, int] = (0, 0)
    waits: int = 0
    bad: dict[str, list[str]] = field(default_factory=dict)


class Side(threading.Thread):
    """One connection. `at` counts the statements before which it stopped."""

    def __init__(self, work: Work, pattern: re.Pattern[str], name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.work, self.pattern = work, pattern
        self.at, self.pid = 0, 0
        self.arrived, self.ended, self._go = threading.Event(), threading.Event(), threading.Semaphore(0)
        self.said, self._watching = "", False

    def run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (self.pid,) = cursor.fetchone()
            with self._gated():
                self.work(Reins(self._halt, self._watch))
            self.said = "done"
        except (ValidationError, PermissionDenied) as refused:
            self.said = f"refused: {refused}"
        except Exception as error:  # noqa: BLE001  (told to whoever looks)
            self.said = f"ERROR {type(error).__name__}: {error}"
        finally:
            connections.close_all()
            self.ended.set()
            self.arrived.set()

    def step(self) -> None:
        self.arrived.clear()
        self._go.release()

    def _watch(self) -> None:
        self._watching = True

    def _halt(self) -> None:
        self.at += 1
        self.arrived.set()
        if not self._go.acquire(timeout=STUCK_S):
            raise TimeoutError("nobody let this side go on")

    @contextmanager
    def _gated(self) -> Iterator[None]:
        database: Any = connections["default"]
        commit = database._commit

        def committed() -> None:
            if self._watching:
                self._halt()
            commit()

        def executed(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            if self._watching and self.pattern.search(sql):
                self._halt()
            return execute(sql, *rest)

        database._commit = committed
        try:
            with connection.execute_wrapper(executed):
                yield
        finally:
            del database._commit


def explore(make: Callable[[], Pair], pattern: str, *, most: int | None = None, seed: int = 1) -> Explored:
    """Every order; with `most`, so many drawn by chance of those that are left at each turn."""
    found, dice = Explored(), random.Random(seed)
    todo: list[tuple[int, ...]] = [()]
    compiled = re.compile(pattern)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as monitor:
        while todo and (most is None or found.orders < most):
            prefix: tuple[int, ...] = todo.pop() if most is None else todo.pop(dice.randrange(len(todo)))
            choices = _run(make(), compiled, prefix, monitor, found)
            todo += [(*choices[:place], 1 - choices[place]) for place in range(len(prefix), len(choices))]
    return found


def _run(
    pair: Pair, pattern: re.Pattern[str], prefix: tuple[int, ...], monitor: psycopg.Connection[Any], found: Explored
) -> tuple[int, ...]:  # fmt: skip
    """Go through one order: `prefix` where both could go, then the first side first. All the choices that there were."""
    sides = (Side(pair.one, pattern, "one"), Side(pair.other, pattern, "other"))
    for side in sides:
        side.start()
    waiting = [_settled(side, monitor) for side in sides]
    choices: list[int] = []
    trace = ""
    while not all(side.ended.is_set() for side in sides):
        can_go = [number for number, side in enumerate(sides) if not side.ended.is_set() and side.arrived.is_set()]
        if not can_go:
            waiting = [_settled(side, monitor) for side in sides]
            continue
        number = can_go[0]
        if len(can_go) == 2:
            number = prefix[len(choices)] if len(choices) < len(prefix) else 0
            choices.append(number)
        trace += "AB"[number]
        sides[number].step()
        waiting = [_settled(side, monitor) for side in sides]
        found.waits += not all(waiting)
    for side in sides:
        side.join(STUCK_S)
    found.orders += 1
    found.most = (max(found.most[0], sides[0].at), max(found.most[1], sides[1].at))
    wrong = [side.said for side in sides if side.said.startswith("ERROR")] + pair.look()
    if wrong:
        found.bad[trace] = [*wrong, *(side.said for side in sides)]
    return tuple(choices)


def _settled(side: Side, monitor: psycopg.Connection[Any]) -> bool:
    """Wait until the side has stopped or ended; False where it waits for a lock."""
    deadline = time.monotonic() + STUCK_S
    while not side.arrived.wait(_POLL_S):
        row = monitor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE pid = %s AND NOT granted)", [side.pid]).fetchone()
        if row and row[0] and not side.arrived.wait(2 * _POLL_S):
            return False
        if time.monotonic() > deadline:
            raise TimeoutError(f"{side.name} neither stops nor waits for a lock")
    return True
