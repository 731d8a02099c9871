"""Sending: typed in the one right thread, once, and taken for sent by LinkedIn's own word alone."""

from social.contracts import Credentials, OutboundMessage, SendResult
from social.providers.linkedin.acting import perform
from social.providers.linkedin.errors import LOST, check, error_of


def send_dm(credentials: Credentials, message: OutboundMessage) -> SendResult:
    """Type `message` and send it; raises ProviderError.

    The thread, its person and their last words must be those that the message was written for.
    """
    if not message.conversation_external_id:
        raise error_of("no_thread")
    outcome = perform(
        credentials,
        "send",
        {
            "thread": message.conversation_external_id,
            "contact": message.contact_external_id,
            "name": message.contact_name,
            "text": message.text,
            "last": message.last_external_id,
            "known": sorted(message.known),
        },
        keep=True,
    )
    if outcome.result == "sent" and outcome.sent and outcome.sent.get("id"):
        return SendResult(external_id=str(outcome.sent["id"]))
    # A clear refusal of the page's own call is one, although the button was pressed.
    if outcome.result == "unconfirmed" or (outcome.clicked and outcome.result != "not_sent"):
        raise error_of(LOST)
    check(outcome)
    raise error_of("failed")
