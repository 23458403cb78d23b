"""When a feed is evaluated: at whole multiples of its step, a little in the past, so that a repeated pull asks for the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from readiness.connectors.live import Span

MOST_BACK_S = 31 * 86_400
MOST_MOMENTS = 3_000  # in one pull; what is left over comes with the next, the oldest first


@dataclass(frozen=True, slots=True)
class Pace:
    """`delay_s`: what is younger may still change. `first_s`: how far back the very first pull reads."""

    step_s: int
    delay_s: int
    first_s: int


def due(span: Span, pace: Pace) -> range:
    """Epoch seconds to evaluate at, oldest first: after what was read, at most MOST_BACK_S back and MOST_MOMENTS of them."""
    step = pace.step_s
    last = int(span.until.timestamp() - pace.delay_s) // step * step
    after = last - max(step, pace.first_s) if span.since is None else int(span.since.timestamp())
    first = max(after, last - MOST_BACK_S) // step * step + step
    return range(first, min(last, first + (MOST_MOMENTS - 1) * step) + 1, step)


def of_query(moments: range, every_s: int) -> range:
    """Those of `moments` at which a query is due that is asked more rarely; `every_s` is a multiple of their step."""
    if not moments:
        return moments
    first = -(-moments[0] // every_s) * every_s
    return range(first, moments[-1] + 1, every_s)


def moment(epoch_s: int) -> datetime:
    return datetime.fromtimestamp(epoch_s, tz=UTC)
