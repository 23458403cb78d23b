"""The one door into the store of evidence: insert-only, idempotent, the same state whatever the order (docs/decisions/0006)."""

from readiness.evidence.services.ingest.arrived import Arrived, Counts, StoredPayload, Subject
from readiness.evidence.services.ingest.delivered import ingest
from readiness.evidence.services.ingest.pushed import ingest_observations

__all__ = ["Arrived", "Counts", "StoredPayload", "Subject", "ingest", "ingest_observations"]
