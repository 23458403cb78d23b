"""The Celery application and the whole, static beat table: beat only rings sweeps, our rows say what is due."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")

app = Celery("pilotage")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["portfolio.outbox"])
app.conf.beat_schedule = {
    "sweep": {"task": "outbox.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "schedule": {
        "task": "outbox.schedule",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
}
