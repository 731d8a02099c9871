"""What the settings say, and the files that the product needs around itself."""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.http.request import validate_host
from django.utils.translation import gettext as _

from flowia.doctoring.findings import Finding, Findings, bad, good, look
from flowia.embedded import BASE_DIR, GIVEN, SECRETS
from flowia.production import refusal
from flowia.run.envfiles import completed
from processing.ai.prices import DEAD_MODELS
from social.providers.registry import PROVIDERS

NO_ROOM, LITTLE_ROOM = 2**30, 5 * 2**30
LOCAL = {"localhost", "127.0.0.1", "::1"}


def look_at_settings() -> Findings:
    """Tell of addresses, secrets and what production would still refuse."""
    yield from _address()
    yield from _secrets()
    if settings.DEBUG:
        says = _("DEBUG is on: errors show the inside of the product to everybody.")
        yield bad("settings.debug", says, _("Remove it from the settings module."))
    for one in checks.run_checks():
        if not one.is_silenced() and one.level >= checks.WARNING:
            make = bad if one.level >= checks.ERROR else look
            yield make(f"settings.{one.id}", str(one.msg), str(one.hint or ""))
    if not settings.METRICS_TOKEN:
        says = _("METRICS_TOKEN is not set: there is no /metrics, and no alert.")
        yield look("settings.metrics", says, _("Set it for all processes: docs/monitoring."))


def look_at_files() -> Findings:
    """Tell of static files, texts, and the folder that everything writes into."""
    yield _static()
    yield _texts()
    yield from _folder()


def look_at_services() -> Findings:
    """Tell which outside services are set up, without asking them."""
    yield from _model()
    yield from _networks()
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        says = _("EMAIL_URL is not set: letters become files, and nobody gets a link.")
        yield look("mail.files", says, _("Name your mail server in EMAIL_URL."))
    if not settings.STRIPE_SECRET_KEY:
        yield look("stripe.off", _("STRIPE_SECRET_KEY is not set: no plan is sold."))
    elif not settings.PRODUCTION and "_live_" in settings.STRIPE_SECRET_KEY:
        says = _("A live key of Stripe, and PUBLIC_URL is no production: real money would move.")
        yield bad("stripe.live", says, _("Use the key that begins with sk_test_."))
    else:
        yield good("stripe.key", _("Stripe's key is of the mode that fits."))


def _address() -> Findings:
    url = urlsplit(settings.PUBLIC_URL)
    host = url.hostname or ""
    if not validate_host(host, settings.ALLOWED_HOSTS):
        says = _("ALLOWED_HOSTS does not name %(host)s, the host of PUBLIC_URL: pages answer 400.")
        yield bad("settings.hosts", says % {"host": host}, _("Add it to ALLOWED_HOSTS."))
    if "*" in settings.ALLOWED_HOSTS:
        says = _("ALLOWED_HOSTS takes every host: letters could lead to a stranger's address.")
        yield bad("settings.any_host", says, _("Name the hosts one by one."))
    if settings.PRODUCTION:
        yield good("settings.address", _("PUBLIC_URL begins with https://."))
    elif host in LOCAL:
        says = _("PUBLIC_URL is of this machine alone: no network can post events here.")
        do = _("That is fine for trying. Otherwise set PUBLIC_URL to https:// and your host.")
        yield look("settings.local", says, do)
    else:
        says = _("PUBLIC_URL does not begin with https://: sign-ins travel in clear text.")
        do = _("Set it to https:// and your host, behind a proxy that holds the certificate.")
        yield bad("settings.http", says, do)


def _secrets() -> Findings:
    told = completed(GIVEN, BASE_DIR / ".env")
    own = [name for name in SECRETS if not told.get(name)]
    if own:
        says = _("%(names)s were made by the product itself, in %(file)s.")
        do = _("Keep that file as you keep the database, or set them in the environment.")
        file = settings.VAR_DIR / "secrets.env"
        yield look("settings.own_secrets", says % {"names": ", ".join(own), "file": file}, do)
    if settings.PRODUCTION:
        return
    asked = refusal({**told, "PUBLIC_URL": "https://flowia.invalid"}, demo=settings.DEMO)
    lacks = sorted(_names(asked) - set(own) - {"ALLOWED_HOSTS"})
    if lacks:
        says = _("Production would refuse to start for: %(names)s.")
        yield look("settings.not_ready", says % {"names": ", ".join(lacks)}, "docs/operations.md")


def _names(sentences: str) -> set[str]:
    """Return which settings the sentences of `refusal` are about, without their values."""
    words = (line.split()[0].rstrip(":") for line in sentences.splitlines() if line.startswith(" "))
    return {word for word in words if word.replace("_", "").isupper()}


def _static() -> Finding:
    do = "manage.py collectstatic --noinput --ignore redoc"
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    try:
        paths = json.loads(manifest.read_text(encoding="utf-8"))["paths"]
    except (OSError, ValueError, KeyError):
        return bad("files.static", _("The static files are not gathered: pages fail."), do)
    ours = {
        path.relative_to(folder).as_posix()
        for folder in map(Path, settings.STATICFILES_DIRS)
        for path in folder.rglob("*")
        if path.is_file()
    }
    gone = [name for name in paths.values() if not (manifest.parent / name).is_file()]
    if ours - paths.keys() or gone:
        says = _("The static files are of another version: some are missing.")
        return bad("files.static_old", says, do)
    return good("files.static", _("The static files are gathered."))


def _texts() -> Finding:
    do = "manage.py compilemessages"
    for folder in Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES"):
        compiled, source = folder / "django.mo", folder / "django.po"
        if not compiled.is_file():
            says = _("The texts in %(language)s are not compiled: pages are in English.")
            return bad("files.texts", says % {"language": folder.parent.name}, do)
        if source.is_file() and source.stat().st_mtime > compiled.stat().st_mtime + 1:
            says = _("The texts in %(language)s are newer than the compiled ones.")
            return look("files.texts_old", says % {"language": folder.parent.name}, do)
    return good("files.texts", _("The texts are compiled."))


def _takes_files(folder: Path) -> bool:
    """Return whether files can be made in a folder, or the folder itself where there is none."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _folder() -> Findings:
    folder = Path(settings.VAR_DIR)
    exports, letters = folder / "exports", Path(settings.EMAIL_FILE_PATH or folder)
    do = _("Give it to the product's user.")
    if not _takes_files(exports):
        says = _("%(folder)s cannot be written into: nobody gets a copy of a workspace.")
        yield look("files.exports", says % {"folder": exports}, do)
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend") and not _takes_files(letters):
        says = _("%(folder)s cannot be written into: no letter is kept as a file.")
        yield look("files.letters", says % {"folder": letters}, do)
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return
    told = {"megabytes": free // 2**20, "folder": folder}
    if free < LITTLE_ROOM:
        says = _("%(megabytes)d MB are free in %(folder)s.") % told
        make = bad if free < NO_ROOM else look
        yield make("files.room", says, _("Make room: logs, exports, or a larger disk."))
    else:
        yield good("files.room", _("%(megabytes)d MB are free in %(folder)s.") % told)


def _model() -> Findings:
    if not settings.OPENAI_API_KEY:
        says = _("OPENAI_API_KEY is not set: every message is handed to a human.")
        yield bad("model.key", says, _("Set it, and restart."))
        return
    last = DEAD_MODELS.get(settings.OPENAI_MODEL)
    if last is not None:
        told = {"model": settings.OPENAI_MODEL, "day": last.isoformat()}
        gone = last <= datetime.now(UTC).date()
        says = _("The model %(model)s stopped answering on %(day)s.")
        ends = _("The model %(model)s stops answering on %(day)s.")
        make = bad if gone else look
        yield make("model.gone", (says if gone else ends) % told, _("Name another OPENAI_MODEL."))
    yield good("model.key", _("The model has a key."))
    if settings.PRODUCTION and not settings.AI_REQUESTS_PER_MINUTE_IN_ALL:
        told = {"number": settings.AI_REQUESTS_PER_MINUTE}
        says = _("All businesses together ask the model %(number)d times a minute.") % told
        do = _("Set AI_REQUESTS_PER_MINUTE_IN_ALL to what your contract allows.")
        yield look("model.minute", says, do)


def _networks() -> Findings:
    ready = [
        one.label for one in PROVIDERS.values() if any(login.is_set_up() for login in one.logins)
    ]
    if ready:
        yield good("networks", _("Networks set up: %(names)s.") % {"names": ", ".join(ready)})
    else:
        says = _("No network is set up: no account can be connected.")
        yield bad("networks", says, _("Set META_APP_ID and META_APP_SECRET, or another's."))
    for identity, secret in (
        ("META_APP_ID", "META_APP_SECRET"),
        ("META_INSTAGRAM_APP_ID", "META_INSTAGRAM_APP_SECRET"),
        ("TIKTOK_APP_ID", "TIKTOK_APP_SECRET"),
        ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"),
    ):
        if bool(getattr(settings, identity)) != bool(getattr(settings, secret)):
            there, lacks = (identity, secret) if getattr(settings, identity) else (secret, identity)
            says = _("%(there)s is set, and %(lacks)s is not.") % {"there": there, "lacks": lacks}
            yield bad(f"networks.{lacks}", says, _("Both stand on the app's page."))
    if settings.META_APP_ID and not settings.META_VERIFY_TOKEN:
        says = _("META_VERIFY_TOKEN is not set: Meta cannot confirm our webhook.")
        do = _("Choose a long random word, set it, and write the same into Meta's console.")
        yield bad("networks.verify_token", says, do)
