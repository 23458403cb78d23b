"""The bell: tells a worker that a row is waiting. Losing it costs seconds (the sweep rings again), never work."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def ring(job_id: int, *, queue: str, time_limit_s: int = 90) -> bool:
    """Best effort, at most half a second; False (and a log line) if the broker cannot be reached."""
    try:
        current_app.send_task(
            "outbox.run",
            args=[job_id],
            queue=queue,
            time_limit=time_limit_s,
            retry=False,
        )
    except (OperationalError, OSError) as error:
        log.warning("bell_not_heard", job_id=job_id, error=str(error))
        return False
    return True
