"""The words that pages of evidence show for its choices and codes. Codes stand in rules and choices, translated here."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from readiness.connectors.contract import Flaw
from readiness.connectors.metrics import METRICS, Area, Better, Nature
from readiness.connectors.registry import IMPORTERS
from readiness.core.sizing.hygiene import Reason as Hygiene
from readiness.evidence.choices import EvidenceKind, SourceKind, Way
from readiness.evidence.rules.curve import SET_ASIDE

Text = str | Promise

KINDS: dict[str, Text] = {
    EvidenceKind.BENCHMARK: _("Benchmark"),
    EvidenceKind.TELEMETRY: _("Telemetry"),
    EvidenceKind.COST: _("Cost"),
    EvidenceKind.INVENTORY: _("Inventory"),
    EvidenceKind.ATTESTED: _("Attested"),
}
SOURCE_KINDS: dict[str, Text] = {
    SourceKind.PROMETHEUS: _("Prometheus"),
    SourceKind.MLFLOW: _("MLflow"),
    SourceKind.OPENCOST: _("OpenCost or Kubecost"),
    SourceKind.KUBERNETES: _("Kubernetes"),
    SourceKind.HTTP_FILE: _("Files at an address"),
    SourceKind.FOLDER: _("Watched folder"),
    SourceKind.UPLOAD: _("Uploads"),
    SourceKind.PUSH: _("Pushes of tools"),
    SourceKind.ATTESTED: _("Attested by people"),
}
WAYS: dict[str, Text] = {
    Way.PULL: _("Pulled"),
    Way.UPLOAD: _("Uploaded"),
    Way.PUSH: _("Pushed"),
    Way.ATTESTATION: _("Attested"),
}
AREAS: dict[str, Text] = {
    Area.SERVING: _("Serving requests"),
    Area.ACCELERATORS: _("Accelerators"),
    Area.COST: _("Cost"),
    Area.STORAGE: _("Storage"),
    Area.NETWORK: _("Network"),
    Area.INVENTORY: _("Inventory"),
    Area.MEASUREMENT: _("The measurement itself"),
}
BETTER: dict[str, Text] = {
    Better.HIGHER: _("more is better"),
    Better.LOWER: _("less is better"),
    Better.NEITHER: _("neither more nor less is better"),
}
NATURES: dict[str, Text] = {
    Nature.CAPABILITY: _("How much can be carried. Production below a target may only mean that nobody asked for more."),
    Nature.QUALITY: _("How well each request was served, good or bad at any load."),
    Nature.STATE: _("What is there or in use."),
}
STATISTICS: dict[str, Text] = {
    "mean": _("mean"),
    "min": _("least"),
    "max": _("greatest"),
    "total": _("sum"),
    "point": _("single value"),
}
BOUNDS: dict[str, Text] = {
    "≥": _("The value lies in the last bucket of a histogram: it is at least this."),
    "≤": _("The value lies in the first bucket of a histogram: it is at most this."),
    "≥≤": _("Two answers came for this moment, each the edge of a bucket: the value lies between."),
}
# Why a run decides nothing: of the importer (contract.Flaw), of the curve's hygiene, of a person.
FLAWS: dict[str, Text] = {
    Flaw.ALL_FAILED: _("Every request failed"),
    Flaw.ERROR_RATIO: _("Too many requests failed"),
    Flaw.GENERATOR_SATURATED: _("The load generator could not keep up: it measured itself"),
    Flaw.LITTLES_LAW: _("Its own figures contradict each other (Little's law)"),
    Flaw.NOT_A_RESULT: _("A calibration or accuracy run, or declared invalid by its tool"),
    Flaw.DUPLICATE: _("The same run, delivered another time"),
    Flaw.UNIT_UNCERTAIN: _("A unit is not certain"),
    Flaw.INCOMPLETE: _("Only a part of it is there"),
    Flaw.FUTURE_DATED: _("Dated in the future"),
    Hygiene.NO_THROUGHPUT: _("No request completed"),
    Hygiene.FAILURES: _("Too many requests failed"),
    Hygiene.LITTLE: _("Its own figures contradict each other (Little's law)"),
    Hygiene.BATCH_CAP: _("More in flight than the engine batches"),
    Hygiene.KV_CAP: _("More tokens in flight than the KV cache holds"),
    Hygiene.RATE_NOT_ACHIEVED: _("The offered rate was not reached: no steady state"),
    Hygiene.FALLING: _("Throughput fell although the load rose"),
    SET_ASIDE: _("Set aside by a person"),
}
NO_LAW: dict[str, Text] = {
    "too_few_points": _("Points at two different loads are needed to fit the law."),
    "no_saturation_seen": _("Throughput still grows in proportion to the load: measure at higher loads to see where it ends."),
    "no_rise_seen": _("Throughput does not grow with the load: measure at lower loads too."),
}
STAGES: dict[str, Text] = {"production": _("production"), "pilot": _("pilot"), "poc": _("PoC")}
_TOOLS = {one.tool: one.label for one in IMPORTERS}
# The English words of the pure catalogue are the message ids; here so that they are found for translation.
_UNITS: dict[str, Text] = {
    "1/s": _("per second"),
    "1/h": _("per hour"),
    "tokens/s": _("tokens per second"),
    "requests": _("requests"),
    "share": _("share, shown in %"),
    "bytes": _("bytes"),
    "bytes/s": _("bytes per second"),
    "bit/s": _("bits per second"),
    "s": _("seconds"),
    "W": _("watts"),
    "J": _("joules"),
    "money": _("amount in the currency of its label"),
    "money/h": _("amount per hour"),
    "money/1e6 tokens": _("amount per million tokens"),
    "accelerators": _("accelerators"),
    "nodes": _("nodes"),
}


def metric_label(key: str) -> str:
    """The metric in the reader's words; an unknown one keeps its key."""
    return gettext(METRICS[key].label) if key in METRICS else key


def tool_label(text: str) -> str:
    """`vLLM bench 0.10.2` of `vllm_bench 0.10.2`; a tool that nobody knows keeps its name."""
    name, _space, version = text.partition(" ")
    return " ".join(filter(None, (_TOOLS.get(name, str(SOURCE_KINDS.get(name, name))), version)))


def unit_words(unit: str) -> str:
    return str(_UNITS.get(unit, unit))


def flaw_title(code: str) -> str:
    return str(FLAWS.get(code, code))


def translated(text: str) -> str:
    """A text of the pure catalogue in the reader's language."""
    return gettext(text) if text else ""
