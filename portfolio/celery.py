"""The Celery application and the whole, static beat table: beat only rings sweeps, our rows say what is due."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")

app = Celery("pilotage")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["portfolio.outbox"])


@worker_init.connect
def keep_to_the_door(**_: Any) -> None:
    """Before the worker forks: no connection past the egress door."""
    import_string("portfolio.kit.egress.backstop.install")()


@worker_init.connect
def calm_the_collector(**_: Any) -> None:
    """As the web does: else a body of a hundred thousand values is walked by the collector a dozen times while it is read."""
    import_string("portfolio.kit.serving.calm_the_collector")()


# Both workers hear the queue `clock`, so that neither kind of work keeps the other from being looked after.
app.conf.beat_schedule = {
    "sweep": {"task": "outbox.sweep", "schedule": 3.0, "options": {"queue": "clock", "expires": 3}},
    "pulls": {"task": "outbox.tick", "args": ["evidence.pulls"], "schedule": 5.0, "options": {"queue": "clock", "expires": 5}},
    "schedule": {"task": "outbox.schedule", "schedule": 30.0, "options": {"queue": "clock", "expires": 30}},
}
