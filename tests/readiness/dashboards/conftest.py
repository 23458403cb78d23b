"""A demo of a hundred initiatives, loaded once per test, and sessions of its people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor, system
from portfolio.initiatives.services.demo import load_demo

TODAY = date(2026, 6, 30)
SYSTEM = system("test suite")
SEES_DEMO: Actor = replace(SYSTEM, showing_demo=True)


@pytest.fixture
def demo(db: Any) -> None:
    load_demo(by=SYSTEM, count=100, seed=3, today=TODAY)


@pytest.fixture
def as_demo_person() -> Callable[[str], Client]:
    """`as_demo_person("Marit Sandvik")` is a session of somebody of the demo."""

    def start(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(name=name), backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return start
