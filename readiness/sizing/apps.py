from django.apps import AppConfig


class SizingConfig(AppConfig):
    name = "readiness.sizing"
