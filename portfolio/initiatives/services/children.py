"""Writing what hangs on an initiative. Each writer replaces its list whole and touches only rows that differ."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from portfolio.initiatives.choices import Precision, TeamFunction
from portfolio.initiatives.models import ExternalId, FunctionSlot, Initiative, InitiativeDate, Link, Tag

MAX_TAGS = 50


def write_tags(row: Initiative, names: Iterable[str]) -> None:
    """Tag names; new ones are made, case of an existing tag wins."""
    wanted = {name.strip().lower(): name.strip()[:60] for name in reversed([*names]) if name.strip()}
    if len(wanted) > MAX_TAGS:
        raise ValidationError({"tags": _("At most %d tags.") % MAX_TAGS})
    lowered = Tag.objects.annotate(lowered=Lower("name")).filter(lowered__in=wanted)
    known = {tag.name.lower(): tag for tag in lowered}
    tags = [known.get(name.lower()) or Tag.objects.get_or_create(name=name)[0] for name in wanted.values()]
    row.tags.set(tags)


def write_functions(row: Initiative, slots: Mapping[str, Mapping[str, Any]]) -> None:
    """`{function: {"person": User | None, "name": str}}`; functions that are not named stay, empty ones are removed."""
    for function, slot in slots.items():
        person, name = slot.get("person"), str(slot.get("name") or "").strip()
        here = FunctionSlot.objects.filter(initiative=row, function=TeamFunction(function))
        if person is None and not name:
            here.delete()
        elif not here.filter(person=person, name=name).exists():
            FunctionSlot.objects.update_or_create(
                initiative=row, function=TeamFunction(function), defaults={"person": person, "name": name}
            )


def write_external_ids(row: Initiative, ids: Iterable[Mapping[str, str]]) -> None:
    """`[{"system", "value"}]`."""
    wanted = {(item["system"].strip(), item["value"].strip()) for item in ids}
    if any(not system or not value for system, value in wanted):
        raise ValidationError({"external_ids": _("An external id needs its system and its value.")})
    _replace(row, ExternalId, wanted, ("system", "value"))


def write_links(row: Initiative, links: Iterable[Mapping[str, str]]) -> None:
    """`[{"label", "url"}]`, http and https only."""
    wanted = {(item.get("label", "").strip(), item["url"].strip()) for item in links}
    for _label, url in wanted:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValidationError({"links": _("%s is not a web address (http or https).") % url[:100]})
    _replace(row, Link, wanted, ("label", "url"))


def write_dates(row: Initiative, dates: Mapping[str, Mapping[str, Any]]) -> None:
    """`{kind: {"value": date | None, "precision": Precision}}`; an empty value removes the date."""
    for kind, fact in dates.items():
        value = fact.get("value")
        here = InitiativeDate.objects.filter(initiative=row, kind=kind)
        precision = fact.get("precision") or Precision.DAY
        if value is None:
            here.delete()
        elif not here.filter(value=value, precision=precision).exists():
            InitiativeDate.objects.update_or_create(
                initiative=row, kind=kind, defaults={"value": value, "precision": precision, "unread": ""}
            )


def _replace(row: Initiative, model: Any, wanted: Collection[tuple[str, ...]], names: tuple[str, ...]) -> None:
    """Make the children of one kind equal to `wanted` (tuples of `names`), writing the difference alone."""
    here = {tuple(getattr(child, name) for name in names): child for child in model.objects.filter(initiative=row)}
    for values, child in here.items():
        if values not in wanted:
            child.delete()
    for values in set(wanted) - set(here):
        child = model(initiative=row, **dict(zip(names, values, strict=True)))
        child.full_clean()
        child.save()


CHILD_WRITERS: dict[str, Callable[[Initiative, Any], None]] = {
    "tags": write_tags,
    "functions": write_functions,
    "external_ids": write_external_ids,
    "links": write_links,
    "dates": write_dates,
}
