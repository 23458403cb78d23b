"""The words that pages of this slice show for its choices and units. English in the rules, translated here."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Comparator, Experience, Knowledge, Origin, TraceState

Text = str | Promise

TASKS: dict[str, Text] = {
    Task.GENERATE: _("Generates text"),
    Task.EMBED: _("Embeds text"),
    Task.CLASSIC: _("Classic model"),
    Task.TRAIN: _("Trains a model"),
}
TASK_HELP: dict[str, Text] = {
    Task.GENERATE: _("A language model that writes: assistants, RAG, code, summaries"),
    Task.EMBED: _("A model that turns text into vectors: search, similarity"),
    Task.CLASSIC: _("One answer per request: classification, ranking, vision, image generation"),
    Task.TRAIN: _("Pre-training or fine-tuning within a window"),
}
CLASSES: dict[str, Text] = {
    WorkloadClass.ONLINE: _("Online"),
    WorkloadClass.BATCH: _("Batch"),
    WorkloadClass.STREAMING: _("Streaming"),
}
EXPERIENCES: dict[str, Text] = {
    Experience.INSTANT: _("Instant"),
    Experience.CONVERSATIONAL: _("Conversational"),
    Experience.INTERACTIVE: _("Interactive"),
    Experience.DEFERRED: _("Deferred"),
    Experience.BATCH: _("Batch"),
}
KNOWLEDGE: dict[str, Text] = {
    Knowledge.KNOWN: _("Known"),
    Knowledge.UNKNOWN: _("We do not know"),
    Knowledge.NOT_APPLICABLE: _("Not applicable"),
}
ORIGINS: dict[str, Text] = {
    Origin.STATED: _("stated"),
    Origin.TEMPLATE: _("from the template"),
    Origin.TRACE: _("from a request log"),
    Origin.DERIVED: _("derived"),
    Origin.IMPORT: _("imported"),
}
COMPARATORS: dict[str, Text] = {Comparator.AT_LEAST: _("at least"), Comparator.AT_MOST: _("at most")}
TRACE_STATES: dict[str, Text] = {
    TraceState.UPLOADED: _("being read"),
    TraceState.READY: _("waits for a decision"),
    TraceState.ACCEPTED: _("accepted"),
    TraceState.DISCARDED: _("discarded"),
    TraceState.FAILED: _("could not be read"),
}
UNITS: dict[str, Text] = {
    "1/s": _("per s"),
    "x": "×",  # noqa: RUF001
    "share": "%",
    "variance/mean": _("index"),
    "people": _("people"),
    "requests": _("requests"),
    "hours": _("hours"),
    "months": _("months"),
    "tokens": _("tokens"),
    "items": _("items"),
    "copies": _("copies"),
}
GROUPS: dict[str, Text] = {
    "Load": _("Load"),
    "Size of a request": _("Size of a request"),
    "Data": _("Data"),
    "Concurrency": _("Concurrency"),
    "Latency": _("Latency"),
    "Availability": _("Availability"),
    "Window": _("Window"),
}


def unit_of(unit: str) -> str:
    """The unit as pages show it; a share is shown in per cent (tables.numbers.factor)."""
    return str(UNITS.get(unit, unit))


def translated(text: str) -> str:
    """A text of the pure rules in the reader's language."""
    return gettext(text) if text else ""
