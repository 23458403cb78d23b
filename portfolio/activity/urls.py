"""Addresses of the trail, of comments and of notices."""

from django.urls import URLPattern, path

from portfolio.activity.views import audit, comments, notices

app_name = "activity"
urlpatterns: list[URLPattern] = [
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", audit.export, name="audit-export"),
    path("activity/history/<int:object_id>/", audit.history, name="history"),
    path("activity/history/<str:object_type>/<int:object_id>/", audit.history, name="history"),
    path("activity/comments/<str:object_type>/<int:object_id>/", comments.comments, name="comments"),
    path("activity/comments/<int:pk>/remove/", comments.remove, name="comment-remove"),
    path("activity/attachments/<int:pk>/", comments.attachment, name="attachment"),
    path("activity/notices/", notices.notices, name="notices"),
    path("activity/notices/settings/", notices.settings, name="notice-settings"),
    path("activity/notices/read/", notices.read_all, name="notices-read"),
    path("activity/notices/<int:pk>/read/", notices.read, name="notice-read"),
]
