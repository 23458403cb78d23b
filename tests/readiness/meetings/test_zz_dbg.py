import pytest
from tests.readiness.meetings.packs_world import *
from tests.readiness.meetings.world import *
pytestmark = pytest.mark.django_db
from tests.readiness.meetings.conftest import board
def test_x(board):
    packs = printed(board, with_agenda(board))
    for p in packs.values(): print(p.state, p.error, p.pages)
    assert 0
