"""An organisation whose gates have a panel."""

from __future__ import annotations

import pytest

from tests.people import Organisation
from tests.readiness.meetings.world import a_panel


@pytest.fixture
def board(organisation: Organisation) -> Organisation:
    a_panel(organisation)
    return organisation
