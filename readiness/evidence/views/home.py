"""The first page of evidence: what is met, what is not, what nobody knows, and what needs attention."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from readiness.evidence.tables.frame import tabs
from readiness.evidence.views.access import PageRequest


@require_safe
def home(request: PageRequest) -> HttpResponse:
    return render(request, "evidence/home.html", {"tabs": tabs("home")})
