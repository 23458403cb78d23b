"""What a person or tool says of a source: checked by its connector, by the operator's list, and by what a pull may cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.kit.egress import check_address, trust
from portfolio.kit.egress.errors import NotAllowed, NotTrusted
from readiness.connectors.errors import BadConfig, ConnectorError
from readiness.connectors.live import Ask, Config, Connector, FieldKind
from readiness.evidence.choices import FILES
from readiness.evidence.services.pulls.kinds import with_roots

LONGEST_INTERVAL_S = 31 * 86_400
LONGEST_PULL_S, LONGEST_FETCH_S = 75, 540
LONGEST_NOTE = 5000
_EMPTY: tuple[object, ...] = (None, "", {}, [])


def check_config(connector: Connector, config: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
    """The values to keep, without secrets and without what is empty. Raises ValidationError by the name of the field."""
    hidden = {one.name for one in connector.fields if one.secret}
    if open_ones := sorted(hidden & {name for name, value in config.items() if value not in _EMPTY}):
        raise ValidationError({name: _("This is a secret: give it as one, not among the settings.") for name in open_ones})
    if unknown := sorted(set(secrets) - hidden):
        raise ValidationError({name: _("A source of this kind has no such secret.") for name in unknown})
    kept = {name: value for name, value in config.items() if value not in _EMPTY and name not in hidden}
    try:
        connector.check(with_roots(connector, {**kept, **secrets}))
    except BadConfig as wrong:
        raise ValidationError({wrong.field or "config": wrong.text}) from wrong
    _check_place(connector, kept)
    return kept


def check_ask(connector: Connector, ask: Ask) -> dict[str, Any]:
    """What to keep of what is asked. Raises ValidationError by the name of the field."""
    kept = {name: value for name, value in ask.items() if value not in _EMPTY}
    try:
        connector.check_ask(kept)
    except BadConfig as wrong:
        raise ValidationError({wrong.field or "ask": wrong.text}) from wrong
    except ConnectorError as wrong:
        raise ValidationError({"ask": wrong.text}) from wrong
    return kept


def check_budget(kind: str, *, interval_s: int, deadline_s: int, max_bytes: int, note: str) -> None:
    """Raises ValidationError by field."""
    longest = LONGEST_FETCH_S if kind in FILES else LONGEST_PULL_S
    bounds = {
        "interval_s": (interval_s, 60, LONGEST_INTERVAL_S), "deadline_s": (deadline_s, 1, longest),
        "max_bytes": (max_bytes, 1024, settings.EVIDENCE_MAX_BYTES),
    }  # fmt: skip
    wrong = {
        name: _("Between %(least)d and %(most)d.") % {"least": least, "most": most}
        for name, (value, least, most) in bounds.items()
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most
    }
    if len(note) > LONGEST_NOTE:
        wrong["note"] = _("At most %d characters.") % LONGEST_NOTE
    if wrong:
        raise ValidationError(wrong)


def places(connector: Connector, config: Config) -> dict[str, Any]:
    """What says where a secret would be sent, and to whom: other values, and every secret must be given anew."""
    told = {one.name for one in connector.fields if one.kind in (FieldKind.URL, FieldKind.PEM)}
    return {name: value for name, value in config.items() if name in told}


def _check_place(connector: Connector, config: Config) -> None:
    for one in connector.fields:
        value = str(config.get(one.name, "")).strip()
        if not value:
            continue
        try:
            if one.kind is FieldKind.URL:
                check_address(connector.kind, value)
            elif one.kind is FieldKind.PEM:
                trust.context(value)
        except NotAllowed as refused:
            raise ValidationError({one.name: str(refused.text)}) from refused
        except NotTrusted as refused:
            raise ValidationError({one.name: _("There is no readable certificate in it.")}) from refused
