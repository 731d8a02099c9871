"""The quick tests' settings with static files as in production, and every network set up."""

from tests.settings import *  # noqa: F403

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Nothing is asked of them: pages only show what could be connected and bought.
for _name in (
    *("META_APP_ID", "META_APP_SECRET", "META_INSTAGRAM_APP_ID", "META_INSTAGRAM_APP_SECRET"),
    *("META_VERIFY_TOKEN", "TIKTOK_APP_ID", "TIKTOK_APP_SECRET", "GOOGLE_CLIENT_ID"),
    *("GOOGLE_CLIENT_SECRET", "STRIPE_SECRET_KEY", "STRIPE_PRICE_PREMIUM_MONTH"),
    *("STRIPE_PRICE_ULTRA_MONTH", "STRIPE_PRICE_ULTRA_YEAR", "OPENAI_API_KEY"),
):
    globals()[_name] = f"walk-{_name.lower()}"
STRIPE_WEBHOOK_SECRET = ["walk"]
LINKEDIN_BROWSER_EXECUTABLE = "/bin/sh"
