"""Liveness and readiness, in plain JSON, without sign-in and without detail that helps a stranger."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe
from kombu import Connection
from kombu.exceptions import OperationalError

BROKER_TIMEOUT_S = 1
MAX_UNCLAIMED_S = 60.0
MAX_BEAT_S = 60.0


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, broker, age of the oldest unclaimed job, of the last beat and of what slices watch; 503 if one is out of bounds.

    A worker that is connected but deaf shows by its unclaimed rows, not by its process.
    """
    report: dict[str, object] = {"database": _database(), "broker": _broker()}
    if report["database"] == "ok":
        report |= _queue() | _watched()
    ready = all(value == "ok" for key, value in report.items() if not key.endswith("_s"))
    return JsonResponse(
        {"status": "ok" if ready else "not ready"} | report,
        status=200 if ready else 503,
    )


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _broker() -> str:
    try:
        with Connection(
            settings.CELERY_BROKER_URL,
            transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        ) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_TIMEOUT_S)
    except (OperationalError, OSError):
        return "unreachable"
    return "ok"


def _queue() -> dict[str, object]:
    # By name, because the outbox stands above this room.
    unclaimed = import_string("portfolio.outbox.queries.oldest_unclaimed_s")()
    beat = import_string("portfolio.outbox.queries.beat_age_s")("beat")
    return {
        "jobs": "ok" if unclaimed <= MAX_UNCLAIMED_S else "waiting too long",
        "oldest_unclaimed_s": round(unclaimed, 1),
        "beat": "never seen" if beat is None else "ok" if beat <= MAX_BEAT_S else "silent",
        "last_beat_s": None if beat is None else round(beat, 1),
    }


def _watched() -> dict[str, object]:
    report: dict[str, object] = {}
    for name, (path, most_s) in import_string("portfolio.outbox.choices.WATCHED").items():
        age = import_string(path)()
        report |= {name: "ok" if age <= most_s else "waiting too long", f"oldest_{name}_s": round(age, 1)}
    return report
