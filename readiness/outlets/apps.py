from django.apps import AppConfig


class OutletsConfig(AppConfig):
    name = "readiness.outlets"
