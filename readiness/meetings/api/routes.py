"""Addresses of the slice's API, below /api/v1/."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from readiness.meetings.api.meetings import MeetingViewSet

router = SimpleRouter()
router.register("meetings", MeetingViewSet, "meeting")
item = MeetingViewSet.as_view({"patch": "change_item", "delete": "remove_item"})

urlpatterns = [
    path("", include(router.urls)),
    path("meetings/<int:meeting>/agenda/<int:item>/", item, name="meeting-item"),
]
