"""The filter bar that the table, the board and the Portfolio page share: every filter in the address, none hidden.

Built as plain rows and not as form widgets, because a portfolio has hundreds of units and the bar is on every list page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django_filters import FilterSet

from portfolio.initiatives.queries.lists import StageRow, UnitRow

Option = tuple[str, str]
MAX_SHOWN = 80  # characters of a value on its chip

# name -> "main" in the bar itself, "more" in its menu
PLACES = {
    "q": "main", "unit": "main", "stage": "main", "status": "main", "owner": "main", "rag": "more", "closure": "more",
    "venue": "more", "venue_storage": "more", "venue_training": "more", "venue_inference": "more",
    "containerised": "more", "procurement_route": "more", "stage_kind": "more", "lifecycle": "more", "programme": "more",
    "register": "more", "tag": "more", "missing": "more", "risk": "more", "risk_min": "more", "risk_max": "more",
}  # fmt: skip
SHORT = {
    "unit": _lazy("Unit"), "stage": _lazy("Stage"), "closure": _lazy("How it ended"), "venue": _lazy("Venue"),
    "risk": _lazy("Likely abandoned"), "risk_min": _lazy("Likely abandoned, from %"),
    "risk_max": _lazy("Likely abandoned, up to %"),
}  # fmt: skip
MANY = ("status", "closure")
TEXT = ("q", "tag", "risk_min", "risk_max")
# in force through links only (a person's page, an API-like address); no field of their own, but a chip
UNLISTED = ("sponsor", "external_id", "updated_after")


@dataclass(frozen=True, slots=True)
class Entry:
    """One filter: `kind` is text, select or many; `options` are rendered once, here."""

    name: str
    label: str
    kind: str
    options: str = ""
    value: str = ""
    chosen: int = 0


@dataclass(frozen=True, slots=True)
class FilterBar:
    """`chips` are the filters in force, each with the address that is left without it; `ignored` could not be read."""

    main: list[Entry] = field(default_factory=list)
    more: list[Entry] = field(default_factory=list)
    chips: list[dict[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    more_chosen: int = 0


def filter_bar(
    found: FilterSet, query: QueryDict, *, units: dict[int, UnitRow], stages: Iterable[StageRow],
    named: dict[str, list[Option]] | None = None, skip: tuple[str, ...] = (),
) -> FilterBar:  # fmt: skip
    """The bar for what is in `query`. Without `named` only the chips are built, as a refresh of the table needs."""
    choices = _choices(found, units, list(stages), named or {})
    names = [name for name in PLACES if name not in skip]
    chips = [chip for name in (*names, *UNLISTED) for chip in _chips(found, query, name, choices.get(name, []))]
    ignored = [f"{found.form.fields[name].label}: {errors[0]}" for name, errors in found.form.errors.items() if errors]
    if named is None:
        return FilterBar(chips=chips, ignored=ignored)
    entries = {name: _entry(found, query, name, choices.get(name, [])) for name in names if choices.get(name) or name in TEXT}
    main = [entry for name, entry in entries.items() if PLACES[name] == "main"]
    more = [entry for name, entry in entries.items() if PLACES[name] == "more"]
    return FilterBar(main, more, chips, ignored, sum(1 for entry in more if entry.chosen))


def _choices(
    found: FilterSet, units: dict[int, UnitRow], stages: list[StageRow], named: dict[str, list[Option]]
) -> dict[str, list[Option]]:
    fixed: dict[str, list[Option]] = {
        name: [(str(value), str(label)) for value, label in found.filters[name].extra["choices"]]
        for name in PLACES
        if "choices" in found.filters[name].extra
    }
    least = min((unit.depth for unit in units.values()), default=0)
    fixed["unit"] = [(str(unit.id), "\u2003" * (unit.depth - least) + unit.name) for unit in units.values()]
    fixed["stage"] = [*{stage.key: stage.name for stage in stages}.items(), ("unknown", _("Stage unknown"))]
    fixed["lifecycle"] = list({stage.lifecycle_key: stage.lifecycle_name for stage in stages}.items())
    fixed["missing"] = [("true", _("Missing from the latest import")), ("false", _("In the latest import, or not imported"))]
    return fixed | named


def _entry(found: FilterSet, query: QueryDict, name: str, options: list[Option]) -> Entry:
    label = _label(found, name)
    chosen = set(filter(None, query.getlist(name)))
    if name in TEXT:
        return Entry(name, label, "text", value=query.get(name, ""), chosen=len(chosen))
    many = name in MANY
    made = "".join(_tick(name, v, text, v in chosen) if many else _option(v, text, v in chosen) for v, text in options)
    return Entry(name, label, "many" if many else "select", SafeString(made), chosen=len(chosen))


def _tick(name: str, value: str, text: str, on: bool) -> str:
    box = f'<input type="checkbox" class="form-check-input m-0" name="{name}" value="{escape(value)}"{" checked" if on else ""}>'
    return f"<label>{box}{escape(text)}</label>"


def _option(value: str, text: str, on: bool) -> str:
    """Escaped by the standard library: Django's way costs ten times as much, and there are hundreds of units."""
    return f'<option value="{escape(value)}"{" selected" if on else ""}>{escape(text)}</option>'


def _chips(found: FilterSet, query: QueryDict, name: str, options: list[Option]) -> list[dict[str, str]]:
    if name not in query:
        return []
    labels, label = dict(options), _label(found, name)
    return [
        {"label": label, "value": labels.get(value, value).strip()[:MAX_SHOWN], "remove_url": without(query, name, value)}
        for value in query.getlist(name)
        if value and name not in found.form.errors
    ]


def _label(found: FilterSet, name: str) -> str:
    return str(SHORT.get(name) or found.filters[name].label)


def without(query: QueryDict, name: str, value: str) -> str:
    """The query string less one value and less the page; always starts with `?`."""
    kept = [(key, item) for key, items in query.lists() for item in items if item and (key, item) != (name, value)]
    return "?" + urlencode([pair for pair in kept if pair[0] != "page"])


def kept_pairs(query: QueryDict, *, only: tuple[str, ...] = (), drop: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """The filled fields of an address as hidden fields of a form need them."""
    pairs = [(key, item) for key, items in query.lists() for item in items if item]
    return [pair for pair in pairs if (not only or pair[0] in only) and pair[0] not in drop]


def kept_query(query: QueryDict, *, drop: tuple[str, ...] = ("page",), **changes: Any) -> str:
    """The query string with `changes` and without `drop`; "" if nothing is left."""
    kept = kept_pairs(query, drop=(*drop, *changes))
    return urlencode([*kept, *((key, str(value)) for key, value in changes.items() if value not in (None, ""))])


def filter_query(query: QueryDict) -> str:
    """The filters alone, without page, sorting and columns: what an export or a bulk edit of "all matching" needs."""
    names = (*PLACES, *UNLISTED)
    return urlencode([(key, item) for key, items in query.lists() for item in items if item and key in names])
