"""Templates of gates: a draft is edited as YAML, a published version never changes, the next version starts from it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.initiatives.choices import StageKind
from portfolio.kit import clock
from portfolio.kit.acting import acting
from readiness.gates.choices import TemplateState
from readiness.gates.models import GateTemplate, Review
from readiness.gates.queries.templates import parsed, steps_of
from readiness.gates.rules.templates.checks import Step, misfits
from readiness.gates.rules.templates.reading import BadTemplate, digest_of, read_template
from readiness.gates.rules.templates.template import Template
from readiness.gates.services.rights import require_configure, require_person


class StaleTemplate(Exception):
    """Somebody else saved first; `current` is the draft as it is now."""

    def __init__(self, current: GateTemplate) -> None:
        super().__init__(f"template {current.pk} is at version {current.row_version}")
        self.current = current


def checked(text: str) -> Template:
    """The template in a YAML text. Raises ValidationError with a message per problem under `text`."""
    try:
        return read_template(text)
    except BadTemplate as bad:
        raise ValidationError({"text": [str(problem) for problem in bad.problems]}) from bad


def fits(template: Template) -> list[str]:
    """Why the newest version of its lifecycle cannot use it; [] if it can."""
    steps = [Step(key, StageKind(kind)) for key, kind in steps_of(template.lifecycle)]
    if not steps:
        return [_("There is no lifecycle “%s”.") % template.lifecycle]
    return misfits(template, steps)


def create_draft(*, by: Actor, text: str) -> GateTemplate:
    """Make the YAML in `text` the draft of its key: a new template, the next version, or the draft that is there, rewritten.

    Raises PermissionDenied, ValidationError (see `checked`; or the newest version says exactly this already).
    """
    _require(by)
    template = checked(text)
    with acting(by):
        newest = GateTemplate.objects.select_for_update().filter(key=template.key).order_by("-version").first()
        if newest is not None and newest.state != TemplateState.DRAFT and newest.digest == digest_of(template):
            raise ValidationError({"text": _("Version %d says exactly this; there is nothing to take in.") % newest.version})
        draft = newest if newest is not None and newest.state == TemplateState.DRAFT else None
        if draft is None:
            number = newest.version + 1 if newest else 1
            draft = GateTemplate(key=template.key, version=number, created_by_id=by.user_id, row_version=0)
        _write(draft, template, text)
    return draft


def change_draft(*, by: Actor, template: GateTemplate, text: str, row_version: int | None = None) -> GateTemplate:
    """Rewrite a draft; its key stays. Raises PermissionDenied, StaleTemplate, ValidationError."""
    with acting(by):
        draft = _draft(by, template)
        if row_version is not None and draft.row_version != row_version:
            raise StaleTemplate(draft)
        said = checked(text)
        if said.key != draft.key:
            raise ValidationError({"text": _("The key of this template is “%s”; another key is another template.") % draft.key})
        _write(draft, said, text)
    return draft


def new_version(*, by: Actor, template: GateTemplate) -> GateTemplate:
    """A draft that starts with what this version says; the draft that is there already, if there is one."""
    _require(by)
    with acting(by):
        versions = list(GateTemplate.objects.select_for_update().filter(key=template.key).order_by("-version"))
        if versions[0].state == TemplateState.DRAFT:
            return versions[0]
        start = next(row for row in versions if row.pk == template.pk)
        made = GateTemplate(key=start.key, version=versions[0].version + 1, created_by_id=by.user_id, row_version=0)
        _write(made, parsed(start), start.text)
    return made


def publish(*, by: Actor, template: GateTemplate, make_default: bool = False) -> GateTemplate:
    """From now on it never changes and new reviews may use it. The version before is retired and hands on being the default;
    reviews that follow it stay with it until they are moved. Raises PermissionDenied, ValidationError."""
    with acting(by):
        draft = _draft(by, template)
        if problems := fits(parsed(draft)):
            raise ValidationError({"text": problems})
        before = GateTemplate.objects.filter(key=draft.key, state=TemplateState.PUBLISHED)
        default = make_default or before.filter(is_default=True, lifecycle=draft.lifecycle).exists()
        before.update(state=TemplateState.RETIRED, is_default=False)
        draft.state, draft.published_at, draft.published_by_id = TemplateState.PUBLISHED, clock.now(), by.user_id
        draft.row_version += 1
        draft.save(update_fields=["state", "published_at", "published_by", "row_version"])
        if default:
            _make_default(draft)
    return draft


def make_default(*, by: Actor, template: GateTemplate) -> GateTemplate:
    """New reviews on its lifecycle use it unless another one is chosen. Raises PermissionDenied, ValidationError."""
    _require(by)
    with acting(by):
        row = _published(template, _("Only a published version can be the default."))
        _make_default(row)
    return row


def retire(*, by: Actor, template: GateTemplate) -> GateTemplate:
    """No new review uses it; those that do are held by it to their end, or moved. Raises PermissionDenied, ValidationError."""
    _require(by)
    with acting(by):
        row = _published(template, _("Only a published version can be retired."))
        if row.is_default:
            raise ValidationError(_("It is the default of its lifecycle; make another template the default first."))
        row.state = TemplateState.RETIRED
        row.row_version += 1
        row.save(update_fields=["state", "row_version"])
    return row


def discard_draft(*, by: Actor, template: GateTemplate) -> None:
    """Throw a draft away; the audit trail keeps what it was. Raises PermissionDenied, ValidationError unless a draft."""
    with acting(by):
        draft = _draft(by, template)
        assert not Review.objects.filter(template=draft).exists()  # only published versions are used
        draft.delete()


def _require(by: Actor) -> None:
    require_person(by)
    require_configure(by)


def _draft(by: Actor, template: GateTemplate) -> GateTemplate:
    _require(by)
    row = GateTemplate.objects.select_for_update().get(pk=template.pk)
    if row.state != TemplateState.DRAFT:
        raise ValidationError(_("Version %d is published and never changes; make a new version.") % row.version)
    return row


def _published(template: GateTemplate, otherwise: str) -> GateTemplate:
    row = GateTemplate.objects.select_for_update().get(pk=template.pk)
    if row.state != TemplateState.PUBLISHED:
        raise ValidationError(otherwise)
    return row


def _make_default(row: GateTemplate) -> None:
    GateTemplate.objects.filter(lifecycle=row.lifecycle, is_default=True).exclude(pk=row.pk).update(is_default=False)
    row.is_default = True
    row.save(update_fields=["is_default"])


def _write(row: GateTemplate, said: Template, text: str) -> None:
    row.name, row.note, row.lifecycle = said.name, said.note, said.lifecycle
    row.text, row.digest = text, digest_of(said)
    row.row_version += 1
    row.full_clean(exclude=["created_by", "published_by"], validate_constraints=False)
    row.save()
