"""Log lines are one JSON object each, whatever somebody sends."""

from __future__ import annotations

import io
import json
import logging

import pytest
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from portfolio.kit.logs import neutralise


@pytest.mark.parametrize("bad", ["a\nb", "a\r\nb", "\x1b[31mred", "a\u2028b", "\u202eevil", "\x00"])
def test_control_and_bidi_characters_are_written_out(bad: str) -> None:
    clean = neutralise(None, "info", {"event": bad, "n": 3})
    assert clean["n"] == 3
    assert not any(ord(c) < 32 or c in "\u2028\u2029\u202e\x7f" for c in clean["event"])
    assert "\\u" in clean["event"]


@pytest.mark.django_db
def test_a_hostile_address_stays_on_one_line_with_the_request_id(client: Client) -> None:
    root, written = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(next(h.formatter for h in root.handlers if isinstance(h.formatter, ProcessorFormatter)))
    root.addHandler(handler)
    try:
        answer = client.get("/healthz?x=%0d%0aforged", headers={"user-agent": "curl\u2028{}"})
    finally:
        root.removeHandler(handler)
    events = [json.loads(line) for line in written.getvalue().splitlines()]
    assert events
    assert {event["request_id"] for event in events} == {answer["X-Request-ID"]}
