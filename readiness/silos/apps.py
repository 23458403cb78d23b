from django.apps import AppConfig


class SilosConfig(AppConfig):
    name = "readiness.silos"
    label = "silos"
