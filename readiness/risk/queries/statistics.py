"""Reads of the reference statistics."""

from __future__ import annotations

from django.db.models import QuerySet

from readiness.risk.models import ReferenceStatistic


def reference_statistics() -> QuerySet[ReferenceStatistic]:
    """All of them, in the order of their keys. They are public knowledge: everybody who is signed in may read them."""
    return ReferenceStatistic.objects.all()
