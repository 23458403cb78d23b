"""Generations are thinned: what is frozen or reconstructed stays, the last of each day for a while, the rest goes."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.db.models import Max

from readiness.risk.models import Generation

DAYS = 40  # movers look back a week, a digest a month


def thin(*, today: date) -> int:
    """Drop generations neither current, frozen nor reconstructed, older than `DAYS` or overtaken on their own day; how many."""
    last = Generation.objects.filter(on__gt=today - timedelta(days=DAYS)).values("demo", "on").annotate(newest=Max("id"))
    kept = list(last.values_list("newest", flat=True))
    going = Generation.objects.filter(current=False, frozen=False, reconstructed=False, on__lt=today).exclude(pk__in=kept)
    ids = list(going.values_list("pk", flat=True))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM risk_score WHERE generation_id = ANY(%s)", [ids])
        Generation.objects.filter(pk__in=ids).delete()
    return len(ids)
