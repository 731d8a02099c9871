"""Meta in one value: Messenger and Instagram (meta.md, sections 0, 6.1, 6.2 and 6.3)."""

from social.contracts import Capabilities
from social.providers.base import Provider
from social.providers.meta.sending import send
from social.providers.meta.signed_request import withdrawn
from social.providers.meta.webhook import challenge, parse, verify

META = Provider(
    name="meta",
    capabilities={
        "messenger": Capabilities(
            text_limit=2000, reply_window_hours=24, comments=True, echo_has_reference=True
        ),
        "instagram": Capabilities(
            text_limit=1000, text_limit_in_bytes=True, reply_window_hours=24, comments=True
        ),
    },
    verify=verify,
    parse=parse,
    challenge=challenge,
    send=send,
    withdrawn=withdrawn,
)
