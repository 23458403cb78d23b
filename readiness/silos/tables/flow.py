"""Where the money goes: units, through vendors, to venues; a Sankey picture with its table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.initiatives.choices import VENUE_LABELS
from portfolio.kit.templatetags import ui_text
from readiness.silos.queries.spend import OTHERS, Flow, told
from readiness.silos.tables.map import Place, row_key

OTHER, NOBODY = "other", "nobody"


class Tally(NamedTuple):
    n: int = 0
    priced: int = 0
    known: int = 0
    worth: Decimal = Decimal(0)

    def plus(self, flow: Flow) -> Tally:
        worth = self.worth + (flow.worth or 0)
        return Tally(self.n + flow.n, self.priced + flow.priced, self.known + flow.known, worth)

    @property
    def told(self) -> bool:
        return told(self.n, self.priced, self.known)


def flow_chart(flows: Sequence[Flow], place: Place, vendors: Mapping[int, str], currency: str, *, money: bool) -> dict[str, Any]:
    """Amounts where the reader may see them (`money`), else numbers of purchases. Small units and vendors come joined."""
    units = _names(place)
    links: dict[tuple[str, str], Tally] = defaultdict(Tally)
    for flow in flows:
        unit = f"u{OTHER if flow.row == OTHERS else flow.row}"
        vendor = f"v{NOBODY if flow.family is None else OTHER if flow.family == OTHERS else flow.family}"
        for pair in ((unit, vendor), (vendor, f"p{flow.venue}")):
            links[pair] = links[pair].plus(flow)
    drawn, left_out = _drawn(links, money=money)
    used = {end for link in drawn for end in (link["source"], link["target"])}
    labels = _labels(units, vendors)
    nodes = [
        {"id": key, "label": labels[key], "depth": "uvp".index(key[0]), "color": _color(key)} for key in labels if key in used
    ]
    return {
        "kind": "flow", "title": _("From units through vendors to venues"),
        "nodes": [node for node in nodes if node["id"] in used], "links": drawn,
        "unit": currency if money else _("purchases"), "right": 190, "compact": money,
        "summary": _summary(flows, labels, links, currency, money=money), "source": _source(left_out),
    }  # fmt: skip


def _names(place: Place) -> dict[int, str]:
    names = {row_key(unit, place.path): unit.name for unit in place.rows}
    return names | ({0: _("%s itself") % place.root.name} if place.root else {})


def _labels(units: Mapping[int, str], vendors: Mapping[int, str]) -> dict[str, str]:
    return {
        **{f"u{key}": name for key, name in units.items()}, f"u{OTHER}": _("Other units"),
        **{f"v{key}": name for key, name in vendors.items()}, f"v{OTHER}": _("Other vendors"), f"v{NOBODY}": _("Vendor unknown"),
        **{f"p{venue.value}": label if venue.value != "unknown" else _("Venue unknown") for venue, label in VENUE_LABELS.items()},
    }  # fmt: skip


def _color(key: str) -> str:
    if key.endswith((NOBODY, "punknown")):
        return "v-unknown"
    if key.endswith(OTHER):
        return "line-strong"
    return {"u": "stage-5", "v": "stage-3", "p": "stage-4"}[key[0]]


def _drawn(links: Mapping[tuple[str, str], Tally], *, money: bool) -> tuple[list[dict[str, Any]], int]:
    """Links as drawn; with amounts those are left out and counted of which none is known, or too few are the reader's to see."""
    drawn, left_out = [], 0
    for (source, target), tally in sorted(links.items()):
        if money and not tally.told:
            left_out += 1
        else:
            value = round(tally.worth) if money else tally.n
            drawn.append({"source": source, "target": target, "value": value})
    return drawn, left_out


def _summary(
    flows: Sequence[Flow], labels: Mapping[str, str], links: Mapping[tuple[str, str], Tally], currency: str, *, money: bool
) -> str:  # fmt: skip
    whole = Tally()
    for flow in flows:
        whole = whole.plus(flow)
    if money and whole.told:
        to: dict[str, Decimal] = defaultdict(Decimal)
        for pair, tally in links.items():
            if pair[1][0] == "p":
                to[pair[1]] += tally.worth
        first = max(to, key=lambda key: to[key])
        return _("%(share)s of %(amount)s %(currency)s goes to: %(venue)s.") % {
            "share": ui_text.percent(float(to[first]), float(whole.worth)), "amount": ui_text.short(whole.worth),
            "currency": currency, "venue": labels[first].lower(),
        }  # fmt: skip
    return _("%(n)d running purchases, by how many go where.") % {"n": whole.n}


def _source(left_out: int) -> str:
    text = _("running purchases, amounts in the reporting currency at the rate of the day their term began")
    more = ngettext(
        "%d link is left out: its amounts are not known, or too few of them are yours to see",
        "%d links are left out: their amounts are not known, or too few of them are yours to see",
        left_out,
    ) % left_out  # fmt: skip
    return f"{text}; {more}" if left_out else text
