"""What the tests of the workload pages share: one workload from a template, and the texts that a browser would send."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from django.http import HttpResponseBase
from django.test import Client

from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.initiatives import create_initiative
from readiness.workloads.models import ProfileValue, Workload
from readiness.workloads.services.profiles import create_workload
from tests.people import SYSTEM, Organisation

SignIn = Callable[[str], Client]
HX = {"HX-Request": "true"}
_TAG = re.compile(r"<[^>]+>")
_FIELD = re.compile(r'<input type="hidden"\s+id="base-(\w+)"\s+name="\w+-base"\s+value="(\w+)"')


def make_initiative(organisation: Organisation, name: str = "Shelf camera", unit: str = "Stores", **values: Any) -> Initiative:
    return create_initiative(by=SYSTEM, unit=organisation.units[unit], name=name, **values)


def make_chat(organisation: Organisation, name: str = "Chat", **values: Any) -> Workload:
    return create_workload(
        by=SYSTEM, initiative=make_initiative(organisation, **values), name=name, template="chat-assistant"
    )  # fmt: skip


def html(response: HttpResponseBase) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def words(response: HttpResponseBase) -> str:
    """The page as people read it: no tags, one blank between words."""
    return " ".join(unescape(_TAG.sub(" ", html(response))).split())


def bases(response: HttpResponseBase) -> dict[str, str]:
    """What the page saw of each value, as it goes back with what is typed."""
    return {f"{name}-base": token for name, token in _FIELD.findall(html(response))}


def stored(workload: Workload, name: str) -> ProfileValue:
    return ProfileValue.objects.get(workload=workload, name=name)
