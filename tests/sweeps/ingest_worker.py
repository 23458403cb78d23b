"""What the kill sweep of the store runs: `prepare` makes a source, `work` brings the deliveries, one transaction each, with a
line for each commit.

`SWEEP_KILL_AT` kills the process with -9 before its so-many-th statement or COPY.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from unittest.mock import patch

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from portfolio.accounts.rules import system  # noqa: E402
from portfolio.accounts.services import create_unit  # noqa: E402
from readiness.evidence.choices import SourceKind  # noqa: E402
from readiness.evidence.models import Source  # noqa: E402
from readiness.evidence.services.ingest import Subject, binary  # noqa: E402
from tests.sweeps.ingest_deliveries import DELIVERIES, bring  # noqa: E402


class Killer:
    """Counts what is sent to PostgreSQL."""

    def __init__(self, kill_at: int) -> None:
        self.sent, self._kill_at = 0, kill_at

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        self.step()
        return execute(*args)

    def step(self) -> None:
        self.sent += 1
        if self.sent == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def counting(killer: Killer) -> AbstractContextManager[object]:
    """COPY does not pass Django's wrapper: it is counted where it is called."""
    inner = binary.copy

    def counted(*args: Any, **columns: Any) -> None:
        killer.step()
        inner(*args, **columns)

    stack = ExitStack()
    stack.enter_context(patch("readiness.evidence.services.ingest.history.copy", counted))
    stack.enter_context(connection.execute_wrapper(killer))
    return stack


def prepare() -> None:
    unit = create_unit(by=system("sweep"), name="Sweep")
    Source.objects.create(unit=unit, name="Sweep", kind=SourceKind.PROMETHEUS)


def work() -> None:
    source = Source.objects.select_related("unit").get()
    killer = Killer(int(os.environ.get("SWEEP_KILL_AT", "0")))
    say("working")
    with counting(killer):
        for number in range(DELIVERIES):
            with transaction.atomic():
                bring(number, source, Subject(source.unit))
                killer.step()  # between the last statement and COMMIT
            say(f"committed {number}")
    say(f"sent {killer.sent}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    {"prepare": prepare, "work": work}[sys.argv[1]]()
