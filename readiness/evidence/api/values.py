"""`/api/v1/evidence/` `metrics/`, `series/`, `latest/` and `observations/`: what can be measured, and what was."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.viewsets import GenericViewSet

from portfolio.kit import clock
from portfolio.kit.api.base import ScopedApi
from portfolio.kit.cells import csv_lines
from readiness.connectors.metrics import METRICS
from readiness.connectors.units import spellings
from readiness.evidence.api import reading_shapes as shapes
from readiness.evidence.api.rows import bound, latest_row, observation_row, series_row
from readiness.evidence.choices import Marks
from readiness.evidence.filters.observations import ObservationFilter
from readiness.evidence.filters.series import SeriesFilter
from readiness.evidence.models import Observation, Series
from readiness.evidence.queries import observations as newest
from readiness.evidence.queries import values as reading
from readiness.evidence.queries.shown import NAMES, masked
from readiness.evidence.queries.values import Place, Wanted

DEFAULT_SPAN, LONGEST_SPAN = timedelta(days=30), timedelta(days=400)
PAGE, MOST, LINES_AT_ONCE = 50, 1000, 500
OF_TIME = ("since", "until", "series", "run", "flawed")
TIMES = [
    OpenApiParameter("since", str, description="day or time with its zone; else 30 days before `until`"),
    OpenApiParameter("until", str, description="day or time with its zone; else now. At most 400 days after `since`"),
    OpenApiParameter("series", int),
    OpenApiParameter("run", int),
    OpenApiParameter("flawed", bool, description="only those that never decide, or only the others"),
]
COLUMNS = (
    "observed_at", "metric", "statistic", "percentile", "value", "unit", "bound", "flawed", "samples", "window_s", "kind",
    "labels", "workload_name", "initiative_key", "pool_name", "source_name", "series_id", "run_id",
)  # fmt: skip


class MetricViewSet(ScopedApi, GenericViewSet[Any]):
    """The catalogue of metrics."""

    resource = "evidence"
    queryset = Series.objects.none()
    filter_backends = ()
    pagination_class = None
    lookup_value_regex = r"[a-z_]+"

    @extend_schema(responses=shapes.MetricShape(many=True))
    def list(self, request: Request) -> Response:
        """All of them."""
        self.refuse_unknown_parameters(set())
        return Response([_metric(key) for key in METRICS])

    @extend_schema(responses=shapes.MetricShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        if pk not in METRICS:
            raise Http404
        return Response(_metric(pk))


class SeriesViewSet(ScopedApi, GenericViewSet[Series]):
    """Values that can be compared with one another."""

    resource = "evidence"
    queryset = Series.objects.none()
    filterset_class = SeriesFilter
    lookup_value_regex = r"\d+"

    @extend_schema(responses=shapes.SeriesShape(many=True))
    def list(self, request: Request) -> Response:
        self.refuse_unknown_parameters(set(SeriesFilter.base_filters))
        rows = self.filter_queryset(reading.series_in(self.actor)).values(*newest.COLUMNS, *NAMES)
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([series_row(masked(row)) for row in page])

    @extend_schema(responses=shapes.SeriesShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        found = reading.about(self.actor, {int(pk)}).get(int(pk))
        if found is None:
            raise Http404
        return Response(series_row(found))


class LatestViewSet(ScopedApi, GenericViewSet[Series]):
    """The newest value of each series, kept up to date as evidence arrives."""

    resource = "evidence"
    queryset = Series.objects.none()
    filterset_class = ObservationFilter

    @extend_schema(responses=shapes.LatestShape(many=True))
    def list(self, request: Request) -> Response:
        """What was observed last comes first."""
        self.refuse_unknown_parameters(set(ObservationFilter.base_filters))
        rows = newest.listed(self.filter_queryset(newest.latest(self.actor)))
        self.paginator.ordering = ("-at", "-id", "flawed")  # type: ignore[union-attr]
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response([latest_row(masked(row)) for row in page])


class ObservationViewSet(ScopedApi, GenericViewSet[Observation]):
    """Every value that came, within a span of time."""

    resource = "evidence"
    queryset = Series.objects.none()  # type: ignore[assignment]
    filterset_class = SeriesFilter

    @extend_schema(responses=shapes.ObservationShape(many=True), parameters=TIMES)
    def list(self, request: Request) -> Response:
        """The newest first; pages go on in one direction. Filters are those of series, and `since`, `until`."""
        rows, wanted, size = self._series(), self._wanted(), self._size()
        found = reading.page(rows, wanted, after=_placed(request.query_params.get("cursor", "")), size=size + 1)
        about = reading.about(self.actor, {one.place.series_id for one in found})
        shown = [observation_row(about[one.place.series_id], one) for one in found[:size]]
        more = self._next(found[size - 1].place, wanted) if len(found) > size else None
        return Response({"next": more, "previous": None, "results": shown})

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR}, parameters=TIMES)
    def export(self, request: Request) -> HttpResponseBase:
        """The same as one CSV file, by series and time."""
        lines = csv_lines(COLUMNS, self._cells(self._series(), self._wanted()))
        answer = StreamingHttpResponse(_marked(lines), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = 'attachment; filename="observations.csv"'
        return answer

    def _cells(self, rows: QuerySet[Series], wanted: Wanted) -> Iterator[Any]:
        fixed: dict[str, Any] = {}
        for series, one in reading.stream(self.actor, rows, wanted):
            place = one.place
            if fixed.get("series_id") != place.series_id:
                fixed = _cells_of(observation_row(series, one))
            own = {
                "observed_at": place.observed_at.isoformat(), "value": place.value, "bound": bound(place.marks),
                "flawed": place.marks >= Marks.FLAWED, "samples": "" if place.samples < 0 else place.samples,
                "run_id": one.run_id,
            }  # fmt: skip
            yield (fixed | own).values()

    def _series(self) -> QuerySet[Series]:
        self.refuse_unknown_parameters({*SeriesFilter.base_filters, *OF_TIME} - {"ordering"})
        rows: QuerySet[Series] = self.filter_queryset(reading.series_in(self.actor))  # type: ignore[arg-type, assignment]
        series = self._number("series")
        return rows if series is None else rows.filter(pk=series)

    def _wanted(self) -> Wanted:
        asked = self.request.query_params
        until = _moment("until", asked["until"], end=True) if asked.get("until") else clock.now()
        since = _moment("since", asked["since"]) if asked.get("since") else until - DEFAULT_SPAN
        if not since < until <= since + LONGEST_SPAN:
            raise ValidationError({"since": [f"Before `until`, and at most {LONGEST_SPAN.days} days before it."]})
        flawed = {"": None, "true": True, "false": False}.get(asked.get("flawed", "").lower(), "?")
        if flawed == "?":
            raise ValidationError({"flawed": ["true or false."]})
        return Wanted(since, until, flawed, self._number("run"))  # type: ignore[arg-type]

    def _size(self) -> int:
        size = self._number("page_size")
        return PAGE if size is None else max(1, min(MOST, size))

    def _number(self, name: str) -> int | None:
        written = self.request.query_params.get(name, "")
        if not written:
            return None
        if not (written.isascii() and written.isdigit() and len(written) < 19):
            raise ValidationError({name: ["A number."]})
        return int(written)

    def _next(self, place: Place, wanted: Wanted) -> str:
        """The span stays what it was when the first page was asked for."""
        written = [place.observed_at.isoformat(), *place[1:]]
        url = self.request.build_absolute_uri()
        for name, value in (("since", wanted.since.isoformat()), ("until", wanted.until.isoformat())):
            url = replace_query_param(url, name, value)
        return replace_query_param(url, "cursor", base64.urlsafe_b64encode(json.dumps(written).encode()).decode())


def _cells_of(row: dict[str, Any]) -> dict[str, Any]:
    """What the values of a series share, in the order of COLUMNS."""
    row["labels"] = json.dumps(row["labels"], sort_keys=True, ensure_ascii=False) if row["labels"] else ""
    return {name: "" if row[name] is None else row[name] for name in COLUMNS}


def _metric(key: str) -> dict[str, Any]:
    return {name: value for name, value in asdict(METRICS[key]).items() if name != "counts"} | {"units": list(spellings(key))}


def _placed(cursor: str) -> Place | None:
    """Raises ValidationError for a cursor that is none of ours."""
    if not cursor:
        return None
    try:
        at, *numbers = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii", "strict")))
        series, value, marks, samples = numbers
        place = Place(datetime.fromisoformat(at), int(series), float(value), int(marks), int(samples))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise ValidationError({"cursor": ["Take it from `next` as it is."]}) from None
    if place.observed_at.utcoffset() is None or not _holds(place):
        raise ValidationError({"cursor": ["Take it from `next` as it is."]})
    return place


def _holds(place: Place) -> bool:
    """Whether the columns could hold it."""
    return abs(place.series_id) < 2**63 and abs(place.samples) < 2**63 and abs(place.marks) < 2**31


def _moment(name: str, written: str, *, end: bool = False) -> datetime:
    """A time with its zone; of a day its start, or the start of the next one. Raises ValidationError."""
    try:
        if len(written) == len("2026-11-29"):
            day = date.fromisoformat(written) + timedelta(days=1 if end else 0)
            return datetime.combine(day, time(), UTC)
        at = datetime.fromisoformat(written.replace(" ", "+"))
        if at.utcoffset() is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValidationError({name: ["2026-11-29, or a time with its zone such as 2026-11-29T08:00:00Z."]})


def _marked(lines: Iterator[str]) -> Iterator[str]:
    """Spreadsheets take UTF-8 for something else without a byte order mark."""
    yield "\ufeff"
    while some := "".join(islice(lines, LINES_AT_ONCE)):
        yield some
