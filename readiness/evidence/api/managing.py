"""What the API of sources and feeds shares: stale versions, tries, and where in the body a wrong field stands."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as Refused
from django.http import Http404
from rest_framework import status as http
from rest_framework.exceptions import APIException, Throttled, ValidationError
from rest_framework.response import Response
from rest_framework.reverse import reverse

from portfolio.kit.api.base import ScopedApi
from readiness.evidence.models import Source, Trial
from readiness.evidence.services import sources as verbs

_TRIAL = ("id", "source_id", "kind", "asked_at", "ended_at", "found", "failure", "error", "field")


class Stale(APIException):
    status_code = http.HTTP_412_PRECONDITION_FAILED
    default_code = "stale_version"


class Manages(ScopedApi):
    """What views of sources and feeds share."""

    resource = "evidence"

    def act(self, verb: Any, **arguments: Any) -> Any:
        """Run a verb; what is wrong with a field of the connector is said by a pointer into `config`, `secrets` or `ask`."""
        try:
            return self.write(verb, **arguments)
        except verbs.StaleVersion as stale:
            raise Stale(f"Somebody saved version {stale.current.version} meanwhile; read it again.") from stale
        except verbs.TooManyTrials as often:
            raise Throttled(often.seconds) from often
        except Refused as refused:
            if not hasattr(refused, "error_dict"):
                raise
            raise ValidationError({self.pointer(name): texts for name, texts in refused.message_dict.items()}) from refused

    def pointer(self, name: str) -> str:
        return name

    def given(self, shape: Any, *, partial: bool = False) -> dict[str, Any]:
        serializer = shape(data=self.request.data, partial=partial, context={"actor": self.actor})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def source(self, pk: str) -> Source:
        """404 for another unit's as for none."""
        row: Source | None = Source.objects.visible_to(self.actor).select_related("unit").filter(pk=int(pk)).first()
        if row is None:
            raise Http404
        return row

    def tried(self, trial: Trial) -> Response:
        url = reverse("evidence-trial", args=[trial.pk], request=self.request)
        return Response(trial_row(trial, url), status=http.HTTP_202_ACCEPTED, headers={"Location": url})


def trial_row(row: Trial, url: str) -> dict[str, Any]:
    ok = None if row.ended_at is None else not row.failure
    return {name: getattr(row, name) for name in _TRIAL} | {"url": url, "ok": ok}
