"""The metrics: every one is explained, and what is said of the tools is what their sample files give."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness.connectors.detect import read
from readiness.connectors.errors import ConnectorError
from readiness.connectors.metrics import METRICS
from readiness.connectors.registry import IMPORTERS
from readiness.evidence.tables.catalogue import GIVEN, tools
from tests.people import Organisation
from tests.readiness.evidence.reading import SignIn, html, make_workload, point, source_of, words

SAMPLES = Path(__file__).resolve().parents[1] / "connectors"


def test_every_metric_that_a_sample_file_gives_is_said_of_its_tool() -> None:
    seen: dict[str, set[str]] = {}
    for path in sorted(SAMPLES.glob("*/fixtures/*")):
        try:
            for run in read(path.name, path):
                for one in run.readings:
                    seen.setdefault(one.metric, set()).add(run.tool)
        except ConnectorError:
            continue
    untold = {(metric, tool) for metric, found in seen.items() for tool in found - set(GIVEN.get(metric, ()))}
    assert untold == set()
    told = {(metric, tool) for metric, found in GIVEN.items() for tool in found}
    unseen = {(metric, tool) for metric, tool in told if tool not in seen.get(metric, set())}
    assert unseen <= {("power", "mlperf")}, "its power logs are too large for a sample file"
    assert {tool for found in GIVEN.values() for tool in found} <= {one.tool for one in IMPORTERS}


def test_live_sources_are_named_by_their_query_packs() -> None:
    assert "Prometheus (vLLM)" in tools("ttft")
    assert "OpenCost" in tools("cost_per_hour")
    assert tools("jitter") == []


@pytest.mark.django_db
def test_the_page_explains_all_of_them_and_counts_what_is_here(organisation: Organisation, signed_in: SignIn) -> None:
    source_of(organisation, make_workload(organisation)).bring(point(8))
    page = signed_in("Vera").get("/evidence/metrics/")
    text = words(page)
    assert f"4 of {len(METRICS)} metrics were observed here" in text
    assert html(page).count('id="metric-') == len(METRICS)
    assert "/evidence/observations/?metric=ttft" in html(page)
    assert "/evidence/observations/?metric=ttft" not in html(signed_in("Lars").get("/evidence/metrics/"))
    assert "An amount: shown to those who may see money of the unit." in text
