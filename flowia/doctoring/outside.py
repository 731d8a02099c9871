"""The services outside: the mail server always, the others only when they are to be asked."""

import smtplib
import time
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.core.mail import get_connection
from django.utils.translation import gettext as _

from billing import gateway
from billing.errors import StripeError
from billing.plans import PERIODS
from flowia.doctoring.findings import Finding, Findings, bad, good, look
from flowia.lib import http

MAIL_SECONDS = 6
OK, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 200, 401, 403, 404
SKEW = 30.0


def look_at_mail() -> Findings:
    """Tell whether the mail server lets us in; no letter is written."""
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        return
    server = get_connection(timeout=min(MAIL_SECONDS, settings.EMAIL_TIMEOUT))
    do = _("Look at EMAIL_URL, and ask the mail service.")
    try:
        server.open()
        server.close()
    except smtplib.SMTPAuthenticationError:
        yield bad("mail.login", _("The mail server refuses the user or the password."), do)
    except (smtplib.SMTPException, OSError) as error:
        says = _("The mail server does not let us in (%(error)s): no letter leaves.")
        yield bad("mail.away", says % {"error": type(error).__name__}, do)
    else:
        yield good("mail", _("The mail server lets us in."))


def look_at_stripe() -> Findings:
    """Tell whether Stripe knows our webhook and the prices that are sold."""
    if not settings.STRIPE_SECRET_KEY:
        return
    do = "manage.py stripe_setup"
    address = f"{settings.PUBLIC_URL}/billing/webhook"
    try:
        hooks = [one for one in gateway.listed("webhook_endpoints") if one.get("url") == address]
        lacks = [key for (plan, period), key in PERIODS.items() if not _sold(plan, period)]
    except StripeError as error:
        says = _("Stripe does not answer us: %(reason)s") % {"reason": error.detail}
        yield bad("stripe.away", says, _("Look at STRIPE_SECRET_KEY."))
        return
    if not any(one.get("status") == "enabled" for one in hooks):
        says = _("Stripe knows no webhook of ours: what is paid is seen a night late.")
        yield bad("stripe.webhook", says, do)
    if lacks:
        says = _("At Stripe there is no price for %(names)s.") % {"names": ", ".join(lacks)}
        yield bad("stripe.prices", says, do)
    if hooks and not lacks:
        yield good("stripe", _("Stripe knows our webhook and our prices."))


def look_at_model() -> Findings:
    """Ask whether the model is there for our key; nothing is paid for."""
    if not settings.OPENAI_API_KEY:
        return
    url = f"{settings.OPENAI_BASE_URL.rstrip('/')}/models/{settings.OPENAI_MODEL}"
    try:
        answer = http.call("GET", url, whom="model", token=settings.OPENAI_API_KEY)
    except http.UnreachableError:
        yield bad("model.away", _("The model's service cannot be reached."), "OPENAI_BASE_URL")
        return
    yield _of_the_model(answer.status)
    yield from _clock(answer)


def look_at_meta() -> Findings:
    """Ask whether Meta knows the app by its id and secret."""
    identity, secret = settings.META_APP_ID, settings.META_APP_SECRET
    if not identity or not secret:
        return
    url = f"{settings.META_GRAPH_URL}/{settings.META_GRAPH_VERSION}/{identity}"
    try:
        answer = http.call("GET", url, whom="meta", token=f"{identity}|{secret}")
    except http.UnreachableError:
        yield bad("meta.away", _("Meta cannot be reached."))
        return
    if answer.status == OK:
        yield good("meta", _("Meta knows our app."))
    else:
        says = _("Meta does not know our app by this id and secret (%(status)d).")
        do = _("Compare META_APP_ID and META_APP_SECRET with Meta's console.")
        yield bad("meta.app", says % {"status": answer.status}, do)


def look_at_ourselves() -> Findings:
    """Ask our own address, as the networks do."""
    do = _("Look at the proxy, the certificate and the name's address.")
    try:
        answer = http.call("GET", f"{settings.PUBLIC_URL}/health", whom="ourselves")
    except http.UnreachableError:
        yield bad("web.away", _("At PUBLIC_URL nobody answers."), do)
        return
    version = answer.body.get("version") if isinstance(answer.body, dict) else None
    if answer.status != OK or version is None:
        says = _("PUBLIC_URL does not lead to Flow IA (%(status)d).")
        yield bad("web.other", says % {"status": answer.status}, do)
    elif version != settings.VERSION:
        says = _("At PUBLIC_URL another version answers than this one.")
        yield look("web.version", says, _("Deploy all processes of one version."))
    else:
        yield good("web", _("PUBLIC_URL leads to Flow IA."))


def _sold(plan: str, period: str) -> bool:
    return gateway.price_of(plan, period) is not None


def _of_the_model(status: int) -> Finding:
    told = {"model": settings.OPENAI_MODEL, "status": status}
    if status == OK:
        return good("model.there", _("The model %(model)s is there for our key.") % told)
    if status in {UNAUTHORIZED, FORBIDDEN}:
        says = _("The model's service refuses our key (%(status)d).") % told
        return bad("model.refused", says, _("Set another OPENAI_API_KEY."))
    if status == NOT_FOUND:
        says = _("The model's service does not list %(model)s.") % told
        return bad("model.unknown", says, _("Name another OPENAI_MODEL."))
    says = _("The model's service answers %(status)d.") % told
    return look("model.odd", says, _("Look at its status page."))


def _clock(answer: http.Answer) -> Findings:
    told = answer.headers.get("Date")
    if not told:
        return
    skew = abs(parsedate_to_datetime(told).timestamp() - time.time())
    if skew > SKEW:
        says = _("This machine's clock is wrong by %(seconds).0f s.") % {"seconds": skew}
        yield bad("clock", says, _("Let it ask a time server."))
