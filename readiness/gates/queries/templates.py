"""Templates of gates: what a stored version says, which one a lifecycle uses, and the gate that an initiative stands before."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from django.db.models import Count, Q, QuerySet

from portfolio.initiatives.models import Initiative, Stage
from readiness.gates.choices import TemplateState
from readiness.gates.models import GateTemplate
from readiness.gates.models.review import OPEN
from readiness.gates.rules.templates.reading import read_template
from readiness.gates.rules.templates.template import Gate, Template

_REMEMBERED = 128


def parsed(row: GateTemplate) -> Template:
    """What the version says. Read once in a process: a version is what its digest says."""
    return _parsed(row.digest, row.text)


@lru_cache(maxsize=_REMEMBERED)
def _parsed(_digest: str, text: str) -> Template:
    return read_template(text)


def visible_templates(*, drafts: bool) -> QuerySet[GateTemplate]:
    """Published and retired versions, and drafts for those who work on them. They hold no secret of any unit."""
    rows = GateTemplate.objects.all()
    return rows if drafts else rows.exclude(state=TemplateState.DRAFT)


def template_rows(*, drafts: bool) -> QuerySet[GateTemplate]:
    """With `reviews_open` and `reviews_all`, without the texts; one statement."""
    counted = visible_templates(drafts=drafts).annotate(
        reviews_all=Count("reviews"), reviews_open=Count("reviews", filter=Q(reviews__state__in=OPEN))
    )
    return counted.select_related("created_by", "published_by").defer("text").order_by("name", "-version")


def published(lifecycle: str | None = None) -> QuerySet[GateTemplate]:
    """What a new review may choose from, the default first."""
    rows = GateTemplate.objects.filter(state=TemplateState.PUBLISHED)
    if lifecycle is not None:
        rows = rows.filter(lifecycle=lifecycle)
    return rows.order_by("-is_default", "name", "-version")


def default_template(lifecycle: str) -> GateTemplate | None:
    """The one that reviews of this lifecycle use unless another is chosen."""
    return GateTemplate.objects.filter(lifecycle=lifecycle, is_default=True, state=TemplateState.PUBLISHED).first()


def version_before(row: GateTemplate) -> GateTemplate | None:
    return GateTemplate.objects.filter(key=row.key, version__lt=row.version).order_by("-version").first()


def gate_before(template: Template, stage: str | None) -> Gate | None:
    """The gate that an initiative in this stage stands before; None behind the last one, or where its stage is not known."""
    return next((gate for gate in template.gates if gate.from_stage == stage), None)


def gate_ahead(initiative: Initiative) -> tuple[GateTemplate, Gate] | None:
    """The gate that an initiative stands before, in the default template of its lifecycle; None where there is none."""
    row = default_template(initiative.lifecycle.key)
    gate = gate_before(parsed(row), initiative.stage.key if initiative.stage else None) if row else None
    return (row, gate) if row and gate else None


def gates_ahead(initiative_ids: Collection[int]) -> dict[int, tuple[GateTemplate, Gate]]:
    """The same for many, by initiative; two statements."""
    defaults = {row.lifecycle: row for row in published().filter(is_default=True)}
    rows = Initiative.objects.filter(pk__in=initiative_ids, stage__isnull=False)
    found: dict[int, tuple[GateTemplate, Gate]] = {}
    for pk, lifecycle, stage in rows.values_list("pk", "lifecycle__key", "stage__key"):
        row = defaults.get(lifecycle)
        gate = gate_before(parsed(row), stage) if row else None
        if row is not None and gate is not None:
            found[pk] = (row, gate)
    return found


def steps_of(lifecycle: str) -> list[tuple[str, str]]:
    """(key, kind) of the stages of the newest version of a lifecycle, in order."""
    newest = Stage.objects.filter(lifecycle__key=lifecycle).order_by("-lifecycle__version").values("lifecycle")[:1]
    return list(Stage.objects.filter(lifecycle=newest).order_by("position").values_list("key", "kind"))


def stage_names(lifecycle: str) -> dict[str, str]:
    """Names of the stages of the newest version of a lifecycle, by key; one statement."""
    newest = Stage.objects.filter(lifecycle__key=lifecycle).order_by("-lifecycle__version").values("lifecycle")[:1]
    return dict(Stage.objects.filter(lifecycle=newest).values_list("key", "name"))
