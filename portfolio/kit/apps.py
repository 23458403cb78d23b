from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class KitConfig(AppConfig):
    name = "portfolio.kit"
    label = "kit"

    def ready(self) -> None:
        import portfolio.celery  # noqa: F401  (the Celery application binds itself to the tasks)
        from portfolio.kit import checks  # noqa: F401  (registers the system checks)
        from portfolio.kit.grants import grant_after_migrate

        # Django tells only apps that have models, and tells them once every migration has run: any one will do.
        post_migrate.connect(grant_after_migrate, sender=apps.get_app_config("outbox"))
