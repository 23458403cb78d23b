"""The bell: tells a worker that a row is waiting. Losing it costs seconds (the sweep rings again), never work."""

import time
from typing import Any

import structlog
from amqp.exceptions import ChannelError
from celery import current_app
from kombu.exceptions import OperationalError

REACH_S = 1
QUIET_S = 2.0  # after a bell that was not heard none is rung: the next would cost half a second too
log = structlog.get_logger(__name__)


class _Quiet:
    until = 0.0


_quiet = _Quiet()


def ring(job_id: int, *, queue: str, time_limit_s: int = 90) -> bool:
    """Best effort, at most half a second; False (and a log line) if the broker cannot be reached, or could not just now."""
    if time.monotonic() < _quiet.until:
        return False
    try:
        current_app.send_task(
            "outbox.run",
            args=[job_id],
            queue=queue,
            time_limit=time_limit_s,
            retry=False,
        )
    except (OperationalError, OSError) as error:
        _quiet.until = time.monotonic() + QUIET_S
        log.warning("bell_not_heard", job_id=job_id, error=str(error))
        return False
    return True


def depth(queue: str) -> int:
    """How many bells nobody has heard yet; 0 where the broker cannot be reached."""
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=REACH_S)
            channel: Any = broker.channel()
            return int(channel.queue_declare(queue, passive=True).message_count)
    except (OperationalError, ChannelError, OSError):  # a channel error: there is no such queue yet
        return 0
