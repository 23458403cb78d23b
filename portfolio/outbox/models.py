"""Deferred effects as rows: written in the transaction that causes them, run later, never lost (docs/decisions/0003)."""

from django.db import models
from django.db.models.functions import Now


class TransactionId(models.Field):  # type: ignore[type-arg]
    """PostgreSQL `xid8`: lets readers stop at what is surely committed (watermark `< pg_snapshot_xmin(...)`)."""

    def db_type(self, connection: object) -> str:
        return "xid8"


class CurrentTransaction(models.Func):
    template = "pg_current_xact_id()"
    output_field = TransactionId()


class Event(models.Model):
    """Something others may react to. `payload` is thin: ids and names, no money."""

    insert_only = True

    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())
    xact = TransactionId(db_default=CurrentTransaction(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["xact", "id"], name="event_watermark")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Job(models.Model):
    """One deferred effect. Claimed by lease, fenced by `attempt`: only the holder of the newest attempt may finish."""

    handler = models.CharField(max_length=60)
    queue = models.CharField(max_length=20, default="default")
    payload = models.JSONField(default=dict)
    limits = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text="{name: at most so many jobs of that name run at a time}",
    )
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="jobs")
    slot = models.CharField(
        max_length=80,
        null=True,
        unique=True,
        help_text="Set for scheduled runs: each slot once.",
    )
    created_at = models.DateTimeField(db_default=Now())
    not_before = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=0, db_default=0)
    max_attempts = models.PositiveIntegerField(default=5)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="", db_default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["queue", "not_before"],
                name="job_open",
                condition=models.Q(done_at__isnull=True, dead_at__isnull=True),
            ),
            models.Index(
                fields=["done_at"],
                name="job_done",
                condition=models.Q(done_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handler} #{self.pk}"


class Beat(models.Model):
    """One row a process kind: when it was last seen, so that a deaf beat or worker shows in /readyz."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
