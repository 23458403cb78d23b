"""Knobs only: every value that differs between two installations comes from the environment (docs/operator.md)."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Queue
from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR = Path(env("PILOTAGE_VAR", default=str(BASE_DIR / "var")))

DEBUG = False
# No default: manage.py sets it for the embedded database only (kept in var/secret_key), every other start refuses.
SECRET_KEY = env("SECRET_KEY", default="")
BASE_URL = env("PILOTAGE_BASE_URL", default="http://127.0.0.1:8000")
SECURE = BASE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "portfolio.kit",
    "portfolio.outbox",
    "portfolio.accounts",
    "portfolio.activity",
    "portfolio.initiatives",
    "portfolio.finance",
    "portfolio.procurement",
    "readiness.workloads",
    "readiness.evidence",
    "readiness.assessments",
    "readiness.sizing",
    "readiness.silos",
    "readiness.gates",
    "readiness.meetings",
    "readiness.risk",
    "readiness.dashboards",
    "readiness.outlets",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "template_partials",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "django_structlog",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "portfolio.kit.middleware.RequestIdMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portfolio.accounts.adapters.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portfolio.kit.middleware.PrivatePagesMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portfolio.urls"
WSGI_APPLICATION = "portfolio.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portfolio.kit.pages.frame",
            ],
        },
    }
]


def _postgres(url: str, **options: str) -> dict[str, object]:
    """A Django database from a libpq connection URL (sockets, sslmode and the rest included), parsed by libpq."""
    parts = conninfo_to_dict(url)
    names = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    known = {names[key]: str(value) for key, value in parts.items() if key in names}
    rest = {key: value for key, value in parts.items() if key not in names}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": rest | options,
    } | known


# The application runs as `app`, which cannot change insert-only tables; migrations and maintenance run as `owner`.
_STATEMENT_TIMEOUT_MS = env.int("DATABASE_STATEMENT_TIMEOUT_MS", default=30_000)
DATABASES = {
    "default": _postgres(
        env("DATABASE_URL", default="postgresql:///unset"),
        application_name="pilotage",
        options=f"-c statement_timeout={_STATEMENT_TIMEOUT_MS}",
    )
    | {"CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", default=600)},
    "owner": _postgres(
        env("DATABASE_OWNER_URL", default="postgresql:///unset"),
        application_name="pilotage-owner",
    ),
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
]
LOGIN_REDIRECT_URL = "today"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "portfolio.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by an administrator, who vouches for the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Failures by address are counted by axes, in the database; allauth would count them again, by process.
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip"}
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "portfolio.accounts.adapters.lockout_name"
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if SECURE else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_SSL_REDIRECT = SECURE and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
PERMISSIONS_POLICY: dict[str, list[str]] = {name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb")}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "style-src-attr": ["'unsafe-inline'"],  # chart tooltips position themselves by style attribute
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env("TIME_ZONE", default="UTC")
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env("PILOTAGE_STATIC", default=str(VAR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static", ("vendor", VAR / "vendor")]
MEDIA_ROOT = Path(env("PILOTAGE_MEDIA", default=str(VAR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=200 * 2**20)
# Of a bill (FOCUS, AWS, Azure), as it is uploaded.
BILLING_MAX_BYTES = env.int("BILLING_MAX_BYTES", default=2 * 2**30)
# Of evidence files and what archives of them hold, and how often a token may push.
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_BYTES", default=2 * 2**30)
EVIDENCE_ARCHIVE_MEMBERS = env.int("EVIDENCE_ARCHIVE_MEMBERS", default=10_000)
EVIDENCE_ARCHIVE_BYTES = env.int("EVIDENCE_ARCHIVE_BYTES", default=2 * 2**30)
EVIDENCE_FOLDERS = env.dict("PILOTAGE_EVIDENCE_FOLDERS", default={})  # name=folder, that watched folders may lie in
EVIDENCE_PUSHES_PER_MINUTE = env.int("EVIDENCE_PUSHES_PER_MINUTE", default=60)
PANEL_READS_PER_MINUTE = env.int("PANEL_READS_PER_MINUTE", default=60)  # of one embedded panel
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=20 * 2**20)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20
FILE_UPLOAD_PERMISSIONS = 0o640

EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"filemail:///{VAR / 'mail'}")  # docs/mail.md
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT_S", default=20)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="pilotage@localhost")
DECISION_ANCHOR_MAIL = env.list("DECISION_ANCHOR_MAIL", default=[])  # who keeps the heads of decision chains outside the database

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portfolio.accounts.adapters.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["portfolio.kit.api.renderers.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portfolio.kit.api.parsers.JsonParser"],
    "DEFAULT_PAGINATION_CLASS": "portfolio.kit.api.pagination.CursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portfolio.kit.api.errors.problem_json",
    "COERCE_DECIMAL_TO_STRING": True,
    "PAGE_SIZE": 50,
}
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_PREFIX": "pil_"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Pilotage API",
    "DESCRIPTION": "Initiatives, requests, registers and imports, with what happened to them.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Celery is the bell, the row is the queue: a lost message costs seconds, never work (docs/decisions/0003).
CELERY_BROKER_URL = env("REDIS_URL", default="redis://unset")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 120, "socket_connect_timeout": 0.5}
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_QUEUES = [Queue("default"), Queue("imports"), Queue("evidence"), Queue("clock")]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5.0
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
PULLS_AT_ONCE = env.int("PILOTAGE_PULLS_AT_ONCE", default=16)  # threads of the worker that serves the queue `evidence`

# Outgoing connections and the secrets they need, see docs/operator.md. No file: no connection.
EGRESS_FILE = env("PILOTAGE_EGRESS_FILE", default="")
EGRESS_LOOPBACK = env.bool("PILOTAGE_EGRESS_LOOPBACK", default=False)  # trials on one machine and tests
WEB_PORT = env.int("PILOTAGE_PORT", default=8000)
SECRET_KEYS = env.list("PILOTAGE_SECRET_KEYS", default=[])  # the first one seals, all of them open
SECRET_KEYS_FILE = Path(env("PILOTAGE_SECRET_KEYS_FILE", default=str(VAR / "secrets_key")))

DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = True
LOGGING_CONFIG = "portfolio.kit.logs.configure"
LOGGING = {"level": env("LOG_LEVEL", default="INFO")}
TEST_RUNNER = "django.test.runner.DiscoverRunner"
