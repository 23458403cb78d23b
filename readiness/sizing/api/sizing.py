"""`/api/v1/workloads/{id}/sizing/`, `/api/v1/sizing/` and the stateless `/api/v1/sizing/calculate/`."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portfolio.initiatives.choices import choices_of
from portfolio.kit import clock
from portfolio.kit.api.base import HasScope, ScopedApi
from readiness.core.sizing.cost import cost
from readiness.core.sizing.engine import size
from readiness.core.sizing.inputs import Demand, Task, WorkloadClass
from readiness.core.sizing.refusals import MissingInput, WrongCandidate
from readiness.sizing.api import rows, shapes
from readiness.sizing.api.candidates import CandidateShape, PriceShape, candidate_of, price_of
from readiness.sizing.choices import Headroom
from readiness.sizing.queries.live import live_of
from readiness.sizing.queries.overview import chosen_workloads, ordered, overview
from readiness.sizing.queries.setting import setting
from readiness.sizing.rules.asked import NAMES
from readiness.sizing.rules.live import OPTION
from readiness.sizing.rules.sized import MOST_ACCELERATORS, too_long
from readiness.sizing.rules.stored import plain
from readiness.sizing.tables.words import fault_text
from readiness.workloads.rules.fields import FIELDS

SUPPOSED = frozenset({OPTION, *NAMES, *(one.name for one in FIELDS)})
MAX_ROWS = 1000


class CalculateInput(shapes.Strict):
    demand = shapes.DemandShape()
    candidate = CandidateShape()
    price = PriceShape(required=False)


class CalculateAnswer(shapes.Shape):
    answer = shapes.AnswerShape()
    cost = shapes.CostShape(allow_null=True, help_text="in the currency of the price")


class LiveView(ScopedApi):
    """The sizing of one workload as its page shows it."""

    resource = "workloads"

    @extend_schema(
        responses=shapes.LiveShape,
        parameters=[
            OpenApiParameter("option", description="id of an option, or the key of a proposal"),
            OpenApiParameter("arrival_per_s", description="and any other value of the profile: 4, 2..8, 2..4..8, ? or -"),
            OpenApiParameter("accelerator", description="and other facts of the candidate: " + ", ".join(NAMES)),
        ],
    )
    def get(self, request: Request, workload: int) -> Response:
        """Live: parameters override the profile and the candidate as on the page; nothing is stored."""
        self.refuse_unknown_parameters(set(SUPPOSED))
        seen = setting(self.actor, workload, clock.today())
        if seen is None:
            raise Http404
        now = live_of(seen, {name: request.query_params.get(name, "")[:200] for name in request.query_params})
        if now.wrong:
            wrong: dict[str, Any] = {name: list(faults) for name, faults in now.supposed.wrong.items()}
            wrong |= {name: [fault] for name, fault in now.asked.wrong.items()}
            problems: dict[str, Any] = {name: [fault_text(faults)] for name, faults in wrong.items()}
            raise ValidationError(problems)
        if OPTION in request.query_params and now.key != request.query_params[OPTION]:
            raise ValidationError({OPTION: ["There is no such option of this workload."]})
        return Response(rows.live_row(workload, now))


class OverviewView(ScopedApi):
    """The standing of every workload that you may see."""

    resource = "workloads"

    @extend_schema(
        responses=shapes.OverviewRow(many=True),
        parameters=[
            OpenApiParameter("initiative", int),
            OpenApiParameter("unit", int, description="with its sub-units"),
            OpenApiParameter("verdict", enum=[*Headroom]),
            OpenApiParameter("page", int, description=f"{MAX_ROWS} rows each"),
        ],
    )
    def get(self, request: Request) -> Response:
        """What each needs and what is free for it, worst first."""
        self.refuse_unknown_parameters({"initiative", "unit", "verdict", "page"})
        asked = _OverviewQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        wanted: dict[str, Any] = dict(asked.validated_data)
        verdict, page = wanted.pop("verdict", None), wanted.pop("page")
        found = ordered(overview(self.actor, chosen_workloads(self.actor, **wanted), clock.today()), "")
        shown = [row for row in found if verdict is None or row["verdict"] == verdict]
        return Response([rows.overview_row(row) for row in shown[(page - 1) * MAX_ROWS : page * MAX_ROWS]])


class MayRead(HasScope):
    """Nothing is written, whatever the method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        actor = getattr(request._request, "actor", None)
        return actor is not None and actor.has_scope("workloads:read")


class CalculateView(ScopedApi):
    """A sizing without anything stored: for what-if tools and for checking ours."""

    resource = "workloads"
    permission_classes = (MayRead,)

    @extend_schema(request=CalculateInput, responses=CalculateAnswer)
    def post(self, request: Request) -> Response:
        """Demand and candidate in, answer out. Nothing is kept, so the scope workloads:read is enough."""
        shape = CalculateInput(data=request.data)
        shape.is_valid(raise_exception=True)
        given: dict[str, Any] = shape.validated_data
        candidate = candidate_of(given["candidate"])
        demand = _demand(given["demand"])
        if too_long(demand, candidate):
            raise ValidationError({"demand": ["It asks for more than can be worked out."]})
        try:
            answer = size(demand, candidate)
            spent = cost(answer, demand, candidate, price_of(given["price"])) if "price" in given else None
        except MissingInput as problem:
            raise ValidationError({"demand": {problem.name: [str(problem)]}}) from problem
        except WrongCandidate as problem:
            raise ValidationError({"candidate": {"kind": [str(problem)]}}) from problem
        except (OverflowError, ZeroDivisionError, ValueError) as problem:
            raise ValidationError({"demand": ["These figures are beyond what can be worked out."]}) from problem
        if answer.replicas is not None and answer.replicas.high > MOST_ACCELERATORS:
            raise ValidationError({"demand": ["It asks for more than there is in the world."]})
        return Response({"answer": plain(answer), "cost": plain(spent) if spent is not None else None})


class _OverviewQuery(serializers.Serializer[dict[str, Any]]):
    initiative = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    unit = serializers.IntegerField(required=False, min_value=1, max_value=2**62)
    verdict = serializers.ChoiceField(choices_of(Headroom), required=False)
    page = serializers.IntegerField(min_value=1, max_value=10_000, default=1)


def _demand(given: dict[str, Any]) -> Demand:
    kinds = {"task": Task(given["task"]), "workload_class": WorkloadClass(given["workload_class"])}
    return Demand(**{**{name: value for name, value in given.items() if value is not None}, **kinds})
