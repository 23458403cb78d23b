"""What one use of the door may cost: seconds in all, bytes per answer and in all."""

import time
from dataclasses import dataclass, field

from portfolio.kit.egress.errors import BadAnswer, NoAnswer

CONNECT_S = 5.0
READ_S = 10.0
ANSWER_BYTES = 20 * 2**20
# Headers, chunk lengths and redirects ride on top of the bodies.
_ANSWERS_PER_VISIT = 10


@dataclass(slots=True)
class Visit:
    """`max_bytes` bounds each answer, on the wire and unpacked; `visit_bytes` everything read since the door opened."""

    deadline_s: float
    max_bytes: int
    visit_bytes: int | None = None
    read: int = field(default=0, init=False)
    _ends: float = field(init=False)

    def __post_init__(self) -> None:
        self._ends = time.monotonic() + self.deadline_s
        if self.visit_bytes is None:
            self.visit_bytes = self.max_bytes * _ANSWERS_PER_VISIT

    def seconds(self, at_most: float) -> float:
        """How long the next step may take. Raises NoAnswer after the deadline."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise NoAnswer("deadline")
        return min(left, at_most)

    def count(self, size: int) -> None:
        """Bytes have come in. Raises BadAnswer beyond the budget."""
        self.read += size
        assert self.visit_bytes is not None
        if self.read > self.visit_bytes:
            raise BadAnswer("more bytes than this visit may read")
