"""The sandbox's own Django settings: a second project, which shares nothing but the environment.

It reads the same files as the product (`.env`, then `var/demo.env`), so that both agree on
addresses, secrets and waiting times.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.utils.translation import gettext_lazy as _

from sandbox import demo

BASE_DIR = Path(__file__).resolve().parent
VAR_DIR = Path(os.environ.get("FLOWIA_VAR") or BASE_DIR.parent / "var").resolve()

VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)

# What the sandbox is told, in its own dictionary: importing this must not change the process.
# A name left blank, as in a fresh copy of `.env.example`, is not set.
_told = {name: value for name, value in os.environ.items() if value}
Env: Any = type("Env", (environ.Env,), {"ENVIRON": _told})
for _file in (BASE_DIR.parent / ".env", VAR_DIR / "demo.env"):
    if _file.is_file():
        Env.read_env(_file)
        for _name in [name for name, value in _told.items() if not value]:
            del _told[_name]
for _name, _value in demo.environment(
    port=_told.get("PORT", "8000"),
    sandbox_port=_told.get("SANDBOX_PORT", "8001"),
    mail_port=_told.get("SANDBOX_MAIL_PORT", ""),
    openai_key=_told.get("OPENAI_API_KEY", ""),
).items():
    _told.setdefault(_name, _value)
env = Env()

# Nothing lasting is signed here, so a key per process is enough.
SECRET_KEY = secrets.token_urlsafe(50)
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
PUBLIC_URL = env.str("PUBLIC_URL").rstrip("/")
SANDBOX_URL = env.str("SANDBOX_URL").rstrip("/")

INSTALLED_APPS = [
    "sandbox",
    "sandbox.world",
    "sandbox.stripe",
    "sandbox.tiktok",
    "sandbox.youtube",
    "sandbox.linkedin",
    "sandbox.tools",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "sandbox.urls"
WSGI_APPLICATION = "sandbox.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]
DATABASES = {
    "default": {
        "ENGINE": "sandbox.database",
        "NAME": VAR_DIR / "sandbox.sqlite3",
        "CONN_MAX_AGE": 60,
        # Without IMMEDIATE, two writers that began as readers fail at once with "locked".
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CSRF_COOKIE_NAME = "sandbox_csrf"
LANGUAGE_COOKIE_NAME = "sandbox_language"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    },
}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"
STATIC_URL = "/static/"
# Served straight from the package: nothing has to be collected before the first page.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

META_APP_ID = env.str("META_APP_ID")
META_APP_SECRET = env.str("META_APP_SECRET")
META_INSTAGRAM_APP_ID = env.str("META_INSTAGRAM_APP_ID")
META_INSTAGRAM_APP_SECRET = env.str("META_INSTAGRAM_APP_SECRET")
TIKTOK_APP_ID = env.str("TIKTOK_APP_ID")
TIKTOK_APP_SECRET = env.str("TIKTOK_APP_SECRET")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET")
GOOGLE_CLIENT_ID = env.str("GOOGLE_CLIENT_ID")
GOOGLE_CLIENT_SECRET = env.str("GOOGLE_CLIENT_SECRET")
YOUTUBE_DAILY_UNITS = env.int("YOUTUBE_DAILY_UNITS", 10_000)
RULES_ANSWER = env.str("OPENAI_BASE_URL", "").startswith(SANDBOX_URL)
SETTLE_SECONDS = env.float("SETTLE_SECONDS")
MIN_SECONDS_BETWEEN_MESSAGES = env.float("MIN_SECONDS_BETWEEN_MESSAGES")
# Where letters are taken in; the one port of the sandbox that does not speak HTTP.
MAIL_PORT = env.int("SANDBOX_MAIL_PORT", (urlsplit(SANDBOX_URL).port or 8001) + 1)
# How long after an accepted message its echo, delivery and read events are posted back.
ECHO_SECONDS = env.float("SANDBOX_ECHO_SECONDS", 0.3)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
