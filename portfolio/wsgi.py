"""The web application that granian serves, with the collector settled as docs/performance.md measures it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")
application = get_wsgi_application()

from portfolio.kit.serving import calm_the_collector  # noqa: E402  (everything must be loaded before it is frozen)

calm_the_collector()
