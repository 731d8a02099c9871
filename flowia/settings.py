"""Everything the product can be told from outside, grouped; every name is in `.env.example`.

An empty environment runs the embedded default: SQLite and a private Redis in `var/`.
"""

import os
import sys
from datetime import timedelta
from urllib.parse import quote, urlsplit

import environ
from django.utils.translation import gettext_lazy as _

from flowia import __version__
from flowia import database as patience
from flowia.embedded import BASE_DIR, SECRETS, drop_blanks, ensure_secrets, env_files, var_dir
from flowia.production import is_production, proxies, public_url, refusal, verified
from flowia.reporting import report_errors
from flowia.rounds import ROUNDS

env = environ.Env()
drop_blanks()
_told: dict[str, str] = dict(os.environ)
for _file in env_files():
    environ.Env.read_env(_file)
    drop_blanks()
    if _file.name == ".env":
        _told = dict(os.environ)
# Secrets made by ourselves are not for production: only what was told counts.
_refusal = refusal(_told, demo=env.bool("FLOWIA_DEMO", False))
if _refusal:
    sys.exit(_refusal)
# Secrets that nobody gave are made once and kept in `var/`.
if not all(os.environ.get(_name) for _name in SECRETS):
    ensure_secrets()
    environ.Env.read_env(var_dir() / "secrets.env")

VAR_DIR = var_dir()
VERSION = __version__

# --- secrets and addresses -------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY")
JWT_SIGNING_KEY = env.str("JWT_SIGNING_KEY")
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEY")
DEBUG = False
PUBLIC_URL = public_url(env.str("PUBLIC_URL", f"http://127.0.0.1:{env.str('PORT', '8000')}"))
PRODUCTION = is_production(PUBLIC_URL)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Addresses or networks of our own reverse proxies: only they may name the caller's address.
TRUSTED_PROXIES = proxies(env.list("TRUSTED_PROXIES", default=[]))
# The header in which they name it, where their X-Forwarded-For ends with an address of their own.
CLIENT_ADDRESS_HEADER = env.str("CLIENT_ADDRESS_HEADER", "")
DEMO = env.bool("FLOWIA_DEMO", False)
# Operators prove by a second factor, too, that it is them; production always asks for it.
OPERATOR_SECOND_FACTOR = env.bool("OPERATOR_SECOND_FACTOR", not DEMO) or PRODUCTION
SANDBOX_URL = env.str("SANDBOX_URL", "")

# --- apps and requests -----------------------------------------------------------------------
INSTALLED_APPS = [
    "flowia",
    "accounts",
    "social",
    "processing",
    "billing",
    "integrations",
    "processing.privacy",
    "flowia.operators.OperatorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "django_celery_beat",
]
if not PRODUCTION:
    # Only its commands: the stand-ins run in a process of their own.
    INSTALLED_APPS.append("sandbox")

MIDDLEWARE = [
    "flowia.proxies.ForwardedHeaders",
    "flowia.middleware.RequestLog",
    "accounts.middleware.RateHeaders",
    # Before everything that may answer by itself, so that each answer carries them.
    "flowia.headers.Headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    # After what adds headers, before everything that looks at the host.
    "flowia.health.Alive",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before everything that writes a page, so that none is changed after it was compressed.
    "flowia.compression.CompressedPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "flowia.minute.OddCallsMinute",
    "flowia.middleware.KnownMethods",
    "flowia.middleware.BodyLimit",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LivingSignIn",
    "accounts.middleware.EndedSession",
    "django.contrib.messages.middleware.MessageMiddleware",
    "flowia.minute.PagesMinute",
    "flowia.middleware.FlowErrors",
]
ROOT_URLCONF = "flowia.urls"
WSGI_APPLICATION = "flowia.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "flowia.context.site",
            ],
        },
    },
]

# --- database --------------------------------------------------------------------------------
# Quoted, since a folder's name may hold what means something in a URL.
DATABASES = {
    "default": env.db("DATABASE_URL", f"sqlite:///{quote(str(VAR_DIR))}/flowia.sqlite3"),
}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Without IMMEDIATE, two writers that began as readers fail at once with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
            "PRAGMA cache_size=-20000;PRAGMA mmap_size=134217728;"
        ),
    }
    # In memory, SQLite's threads share one cache whose locks ignore the time-out.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
else:
    # A pooler lends a session for one transaction: nothing of ours may outlive it.
    _pooled = env.bool("DATABASE_POOLED", False)
    _pooled = _pooled or bool(DATABASES["default"].get("DISABLE_SERVER_SIDE_CURSORS"))
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = _pooled
    _given = DATABASES["default"].get("OPTIONS", {})
    DATABASES["default"]["OPTIONS"] = patience.options(_given, pooled=_pooled)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people ----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_ENGINE = "flowia.sessions"
# Browsers take a cookie of such a name over https alone, and `__Host-` only for this very host and
# all of its paths, so that no sibling of our host can plant one.
_OURS = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME = f"{_OURS}flowia_session"
CSRF_COOKIE_NAME = f"{_OURS}flowia_csrf"
CSRF_COOKIE_HTTPONLY = True
REFRESH_COOKIE_NAME = "__Secure-flowia_refresh" if PRODUCTION else "flowia_refresh"
REFRESH_CSRF_COOKIE_NAME = f"{_OURS}flowia_refresh_csrf"
CSRF_FAILURE_VIEW = "flowia.pages.csrf_failure"

# How long a link for a new password works, in seconds.
PASSWORD_RESET_TIMEOUT = 3600

# --- e-mail ----------------------------------------------------------------------------------
# Without a server, letters are files in `var/mail`. Quoted, as the database's path above.
_MAIL = env.email_url("EMAIL_URL", f"filemail:///{quote(str(VAR_DIR))}/mail")
EMAIL_BACKEND = _MAIL["EMAIL_BACKEND"]
EMAIL_FILE_PATH = _MAIL["EMAIL_FILE_PATH"]
EMAIL_HOST = _MAIL["EMAIL_HOST"] or "localhost"
EMAIL_PORT = _MAIL["EMAIL_PORT"]
EMAIL_HOST_USER = _MAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 10)
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", f"Flow IA <no-reply@{urlsplit(PUBLIC_URL).hostname}>")

# --- security headers ------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
SECURE_SSL_REDIRECT = PRODUCTION and env.bool("SECURE_SSL_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Places outside our own origin to which our forms may lead: a redirect counts too.
FORM_TARGETS: list[str] = []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'", *FORM_TARGETS],
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

# --- front ends elsewhere --------------------------------------------------------------------
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/(?!admin/)"
CORS_EXPOSE_HEADERS = [
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "Retry-After",
    "X-Request-ID",
    "Idempotent-Replay",
]
CORS_ALLOW_HEADERS = [
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "idempotency-key",
    "x-csrf-token",
    "x-request-id",
    "x-workspace",
]
CORS_ALLOW_METHODS = ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"]

# --- languages, time, static files -----------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Redis, cache, Celery --------------------------------------------------------------------
# Over TLS, all three of its clients look at the certificate, Celery too.
REDIS_URL = verified(env.str("REDIS_URL", "redis://127.0.0.1:6379/0"))
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}
CELERY_BROKER_URL = REDIS_URL
CELERY_BEAT_SCHEDULER = "flowia.schedule:KeepingScheduler"
CELERY_BEAT_SCHEDULE = ROUNDS

# --- API -------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["flowia.lib.bodies.ShallowJSON"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "flowia.api.problem_response",
}
SIMPLE_JWT = {
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "ISSUER": "flowia",
    "AUDIENCE": "flowia",
    "USER_ID_FIELD": "uid",
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "LEEWAY": 30,
}
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", 100)
SPECTACULAR_SETTINGS = {
    "TITLE": "Flow IA",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "PREPROCESSING_HOOKS": ["flowia.lib.routes.documented"],
    # Choices that several rows have under one name.
    "ENUM_NAME_OVERRIDES": {
        "Author": "processing.models.Message.Author",
        "Autonomy": "processing.models.Scenario.Autonomy",
        "BrowserState": "social.models.BrowserSession.State",
        "CommentAnswer": "processing.models.Scenario.CommentAnswer",
        "ConversationSorter": "processing.models.Conversation.Sorter",
        "Direction": "processing.models.Message.Direction",
        "ErasureStatus": "processing.privacy.models.Erasure.Status",
        "ExportStatus": "processing.privacy.models.Export.Status",
        "HandledBy": "processing.models.Conversation.Handler",
        "OutsideHours": "processing.models.Scenario.Outside",
        "Role": "accounts.models.Membership.Role",
        "ScenarioChannel": "processing.models.Scenario.Channel",
        "ScenarioTrigger": "processing.models.Scenario.Trigger",
        "SignInKind": "accounts.models.SignIn.Kind",
        "Theme": "accounts.models.User.Theme",
        "LeadLevel": "processing.models.Lead.Level",
        "LeadStage": "processing.models.Lead.Stage",
        "TrustStage": "processing.models.Trust.Stage",
        "MessageStatus": "processing.models.Message.Status",
        "FollowUpStatus": "processing.models.FollowUp.Status",
        "ReplayStatus": "processing.models.Replay.Status",
        "ScenarioLanguage": "processing.models.Scenario.Language",
        "ScenarioKind": "processing.models.Scenario.Kind",
        "ConversationKind": "processing.models.Conversation.Kind",
        "ConversationCategory": "processing.models.Conversation.Category",
        "InteractionKind": "processing.models.InteractionEvent.Kind",
        "Language": "accounts.api.fields.LANGUAGES",
        "HookStatus": "integrations.models.Hook.Status",
        "LeadField": "processing.api.tool_fields.FIELD_CHOICES",
        "HookCallStatus": "integrations.models.HookCall.Status",
        "SyncOrderKind": "integrations.models.SyncOrder.Kind",
        "SyncOrderStatus": "integrations.models.SyncOrder.Status",
        "SyncRunStatus": "integrations.models.SyncRun.Status",
        "Tool": "processing.api.sync_fields.TOOLS",
        "SocialAccountStatus": "social.models.SocialAccount.Status",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "flowia.lib.openapi.with_plain_names",
        "flowia.lib.openapi.with_problems",
        "flowia.lib.openapi.without_nul",
    ],
}

# --- providers and services ------------------------------------------------------------------
from flowia.services import *  # noqa: E402, F403 - once the environment is read

# --- the product's own patience, in seconds --------------------------------------------------
SETTLE_SECONDS = env.float("SETTLE_SECONDS", 8)
# How long after a send of which nobody knows whether it left the network is asked for it.
LOOK_UP_SECONDS = env.float("LOOK_UP_SECONDS", 45)
MIN_SECONDS_BETWEEN_MESSAGES = env.float("MIN_SECONDS_BETWEEN_MESSAGES", 300)
# How often the network is asked whether it still lets us into an account.
ACCOUNT_CHECK_SECONDS = env.int("ACCOUNT_CHECK_SECONDS", 6 * 3600)

# --- how long things are kept ----------------------------------------------------------------
# Days by name (`processing/privacy/retention.py`), where they differ from the defaults.
RETENTION_DAYS = {name: int(days) for name, days in env.dict("RETENTION_DAYS", default={}).items()}

# --- logs ------------------------------------------------------------------------------------
# Behind these addresses stands a token, which may not stay in any log.
TOKEN_ADDRESSES = ("verify", "password/reset", "invitation", "approve", "letters/stop")
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
# Who asks /metrics names it; without one there is no such address.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# How often a process adds what it counted for /metrics to the sums in Redis; 0 for never.
TALLY_SECONDS = env.float("TALLY_SECONDS", 5.0)
LOG_FORMAT = env.str("LOG_FORMAT", "json")
LOGGING_CONFIG = "flowia.lib.logging.configure"
# A file of all processes, beside standard error; it rotates by itself.
LOG_FILE = env.str("LOG_FILE", "")
LOGGING = {"level": LOG_LEVEL, "format": LOG_FORMAT, "file": LOG_FILE}
SENTRY_DSN = env.str("SENTRY_DSN", "")
if SENTRY_DSN:
    report_errors(SENTRY_DSN, version=VERSION, environment=PUBLIC_URL)
