"""Time told in steps: how long a failed trial took would say whether a port was closed, filtered or silent."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from portfolio.kit.egress.errors import NoAnswer
from portfolio.kit.egress.visit import CONNECT_S, READ_S

# The longest that a port can take to show that nothing useful comes: a connection and one read.
STEP_S = CONNECT_S + READ_S


@contextmanager
def paced(
    step_s: float = STEP_S, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """For "test connection": a NoAnswer leaves at a multiple of `step_s` seconds, a success at once."""
    begun = clock()
    try:
        yield
    except NoAnswer:
        sleep(step_s - (clock() - begun) % step_s)
        raise
