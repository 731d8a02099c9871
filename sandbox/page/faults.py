"""The faults that the page offers, in the reader's words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sandbox.world.models import Fault


@dataclass(frozen=True)
class Offer:
    """One fault a visitor may choose; `value` is `service:kind`."""

    value: str
    label: Promise
    seconds: float = 0


OFFERS: dict[str, tuple[Offer, ...]] = {
    "Meta": (
        Offer("graph:rate_limited", _("too many calls (429, try again in 2 s)")),
        Offer("graph:server_error", _("an error 500: nobody knows whether the message left")),
        Offer(
            "graph:timeout_after_acceptance",
            _("accepts the message, then never answers"),
            seconds=60,
        ),
        Offer("graph:revoked_token", _("the Page's token was revoked")),
        Offer("graph:window_closed", _("the 24-hour window is closed")),
        Offer("graph:echo_off", _("no longer announces the messages that left")),
        Offer("graph:webhooks_off", _("no longer announces anything: messages arrive unnoticed")),
    ),
    "OpenAI": (
        Offer("openai:rate_limited", _("too many calls (429, try again in 2 s)")),
        Offer("openai:server_error", _("an error 500")),
        Offer("openai:refusal", _("the model refuses to answer")),
        Offer("openai:truncated", _("the answer is cut in the middle")),
        Offer("openai:not_json", _("the answer is not in the agreed form")),
        Offer("openai:insufficient_quota", _("no money left on the account")),
        Offer("openai:latency", _("the answer takes 3 s longer"), seconds=3),
    ),
    "Notion": (
        Offer("notion:rate_limited", _("too many calls (429, try again in 2 s)")),
        Offer("notion:server_error", _("an error 500")),
        Offer("notion:revoked_token", _("the access was revoked")),
        Offer("notion:timeout_after_acceptance", _("writes the row, then never answers"), 60),
    ),
    "Airtable": (
        Offer("airtable:rate_limited", _("too many calls (429)")),
        Offer("airtable:server_error", _("an error 500")),
        Offer("airtable:revoked_token", _("the access was revoked")),
        Offer("airtable:timeout_after_acceptance", _("writes the row, then never answers"), 60),
    ),
    "Google Sheets": (
        Offer("sheets:rate_limited", _("too many calls (429)")),
        Offer("sheets:server_error", _("an error 500")),
        Offer("sheets:revoked_token", _("the access was revoked")),
        Offer("sheets:timeout_after_acceptance", _("writes the row, then never answers"), 60),
    ),
    "E-mail": (
        Offer("mail:down", _("the mail server is down")),
        Offer("mail:hangs", _("the mail server says nothing"), seconds=60),
        Offer("mail:busy", _("the mail server asks to come back later (451)")),
        Offer("mail:refuses", _("the mailbox does not exist (550)")),
        Offer("mail:timeout_after_acceptance", _("takes the letter, then never answers"), 60),
    ),
    "Google": (
        Offer("google:server_error", _("an error 500")),
        Offer("google:revoked_token", _("the access was revoked")),
        Offer("google:timeout_after_acceptance", _("takes the code, then never answers"), 60),
    ),
}
ENDLESS = ("echo_off", "webhooks_off")
TIMES = (("1", _("once")), ("3", _("three times")), ("always", _("until removed")))


def offered(value: str) -> Offer | None:
    """Return the offer with that value, or None."""
    return next((o for offers in OFFERS.values() for o in offers if o.value == value), None)


def shown(fault: Fault) -> dict[str, object]:
    """Return an active fault with its words."""
    offer = offered(f"{fault.service}:{fault.kind}")
    service = next((n for n, o in OFFERS.items() if offer in o), fault.service)
    return {"service": service, "label": offer.label if offer else fault.kind, "times": fault.times}
