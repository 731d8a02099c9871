"""The register of processing in words (GDPR, article 30): purposes, recipients, periods.

`docs/privacy.md` says the same at length; a test asks for words for every period of `retention`.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from processing.privacy.retention import AUDIT, RULES


@dataclass(frozen=True)
class Purpose:
    """What data is processed for: of whom, which data, on what legal ground."""

    what: Promise
    whose: Promise
    data: Promise
    ground: Promise


@dataclass(frozen=True)
class Period:
    """For how many `days` something is kept; 0 means until its own end."""

    what: Promise
    days: int


WRITERS, MEMBERS = _("people who write to the business"), _("members")
INTEREST, CONTRACT = _("legitimate interest"), _("contract")
PURPOSES = (
    Purpose(
        _("Answering messages"),
        WRITERS,
        _("id and name on the network, texts, kinds of attachments, times"),
        _("the answer they asked for"),
    ),
    Purpose(
        _("Recognising interest and writing it into the business's tool"),
        WRITERS,
        _("level, the words that prove it, phone number if they wrote it, intent"),
        INTEREST,
    ),
    Purpose(
        _("Saying why something was answered or not"),
        WRITERS,
        _("decisions, reasons and numbers; never a text"),
        _("legitimate interest, accountability"),
    ),
    Purpose(
        _("Telling people that an AI writes"),
        WRITERS,
        _("when they were told, with which words, in which message"),
        _("legal obligation (EU AI Act, article 50)"),
    ),
    Purpose(
        _("Respecting a wish for silence"),
        WRITERS,
        _("when they asked; after an erasure a keyed hash"),
        _("legal obligation"),
    ),
    Purpose(
        _("Acting on a network with a member's own session"),
        _("members who agreed to it"),
        _("the session's cookies, encrypted; which text was agreed to, when, from where"),
        _("consent"),
    ),
    Purpose(
        _("Signing in, and stopping guesses"),
        MEMBERS,
        _("e-mail address, name, password as a hash, places with network address and device"),
        CONTRACT,
    ),
    Purpose(
        _("The log of what members do"),
        MEMBERS,
        _("who did what and when, from which network address; ids and codes alone"),
        _("legitimate interest, accountability"),
    ),
    Purpose(_("Sending e-mails"), _("members, invited people"), _("e-mail address"), CONTRACT),
    Purpose(
        _("Being paid"), _("the business"), _("plan; the payment itself is Stripe's"), CONTRACT
    ),
)
KEPT: dict[str, Promise] = {
    "message_texts": _("texts and attachments of messages, and the quotes from them in a lead"),
    "webhook_calls": _("the raw calls of the networks"),
    "pushes": _("what was written into tools"),
    "sync_orders": _("orders to write many leads"),
    "lead_acts": _("what was done with many leads at once"),
    "stripe_events": _("names of events of Stripe"),
    "closings": _("customers at Stripe of workspaces that ended"),
    "outgoing_calls": _("what outgoing webhooks were told"),
    "contacts": _("a contact with everything about them, after their last message"),
    "breakers": _("how the calls to a network went lately"),
    "changed_pages": _("the structure of a network's page that was not understood"),
    "selector_uses": _("how elements of a network's pages were found"),
    "sent_days": _("how many messages left through a member's own session, by day"),
    "replays": _("replays of the time machine"),
    "dead_letters": _("work that failed for good"),
    "removals": _("rows taken out of tools"),
    "sign_ins": _("places where somebody was signed in, after their end"),
    "sign_in_attempts": _("attempts to sign in"),
    "idempotency_keys": _("keys of calls that a program may repeat"),
    "authorisations": _("connections under way with outside services, after their end"),
    "open_choices": _("accounts found at a connection, until one was chosen"),
    "used_tokens": _("hashes of Google's tokens that were used, after their end"),
    "invitations": _("invitations, after their end"),
    "letters": _("e-mails that were sent"),
    "exports": _("copies of a workspace, after the week for which they are kept"),
    "erasures": _("that somebody was erased: a number, no name"),
    "network_requests": _("that a network asked for an erasure"),
    "admin_history": _("what the operators' admin remembers of changes"),
    "sessions": _("sessions of browsers, after their end"),
    "audit_entries": _("the log of what members and operators did"),
}


def periods() -> list[Period]:
    """Return for how long everything is kept here, the longest first."""
    found = [Period(KEPT[rule.name], rule.period.days) for rule in (*RULES, AUDIT)]
    return sorted(found, key=lambda one: -one.days)
