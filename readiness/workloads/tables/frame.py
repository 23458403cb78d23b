"""What every page of one workload shows around its content: the way back and the tabs, by address."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from readiness.workloads.models import Workload
from readiness.workloads.tables.labels import CLASSES, EXPERIENCES, TASKS

# (key, route, label); a slice that is not built yet has no page and no tab.
TABS = (
    ("profile", "workloads:detail", _("The three questions")),
    ("requirements", "workloads:requirements", _("Requirements")),
    ("evidence", "evidence:workload", _("Evidence")),
    ("sizing", "sizing:workload", _("Sizing")),
    ("capacity", "workloads:capacity_of_workload", _("Capacity")),
    ("traces", "workloads:traces", _("Request logs")),
    ("versions", "workloads:versions", _("Versions")),
)


def frame(workload: Workload, here: str, **counts: int) -> dict[str, Any]:
    """Context of workloads/one.html; `counts` are shown beside the tabs of those keys."""
    initiative = workload.initiative
    return {
        "row": workload,
        "initiative": initiative,
        "crumbs": [
            {"label": f"{initiative.key} {initiative.name}", "url": reverse("initiatives:detail", args=[initiative.pk])},
            {"label": _("Workloads"), "url": reverse("workloads:initiative", args=[initiative.pk])},
        ],
        "tabs": [
            {"label": label, "url": url, "active": key == here, "count": counts.get(key)}
            for key, name, label in TABS
            if (url := route(name, workload.pk))
        ],
        "marks": marks(workload.task, workload.workload_class, workload.experience),
    }


def marks(task: str, workload_class: str, experience: str) -> list[str]:
    """What kind of workload it is, in words."""
    words = [str(CLASSES[workload_class]), str(TASKS[task]), str(EXPERIENCES[experience])]
    return list(dict.fromkeys(words))  # a batch is a batch in class and experience


def route(name: str, *args: Any) -> str:
    """An address of another slice, "" while that slice has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
