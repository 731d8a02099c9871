"""Meta in one value: Messenger and Instagram (meta.md, sections 0, 6 and 7)."""

from django.conf import settings

from social.capabilities import Capabilities
from social.providers.base import Provider, Receiving
from social.providers.meta.errors import RULES
from social.providers.meta.looking import look_up, profile
from social.providers.meta.oauth import LOGINS
from social.providers.meta.polling import STREAMS, parse_page
from social.providers.meta.scopes import lacking
from social.providers.meta.sending import COMMENT_LONGEST, send
from social.providers.meta.signed_request import withdrawn
from social.providers.meta.webhook import challenge, parse, verify
from social.streams import Limit

DAY, HOUR = 86_400, 3600
GRAPH = "Graph API, rate limiting"
SOURCE = "Messenger Platform, rate limiting (23 Mar 2026)"
LIMITS = (
    Limit("send", 300, 1, "account", SOURCE),
    Limit("private_reply", 750, HOUR, "account", SOURCE),
    Limit("look_up", 2, 1, "account", SOURCE),
    # These grow with numbers that nobody tells us: the usage headers say how full they are.
    Limit("call_for_each_person_who_wrote", 200, DAY, "account", SOURCE),
    Limit("call_for_each_impression", 4800, DAY, "account", GRAPH),
    Limit("call_for_each_person_of_the_app", 200, HOUR, "app", GRAPH),
)
HUMAN_HOURS = 168 if settings.META_HUMAN_AGENT else None
"""A week for what a human wrote, once Meta approved that of the app (meta.md 6.4)."""

META = Provider(
    name="meta",
    label="Meta",
    capabilities={
        "messenger": Capabilities(
            text_limit=2000,
            reply_window_hours=24,
            human_window_hours=HUMAN_HOURS,
            comments=True,
            comment_limit=8000,
            private_reply_days=7,
            echo_has_reference=True,
        ),
        "instagram": Capabilities(
            text_limit=1000,
            text_limit_in_bytes=True,
            reply_window_hours=24,
            human_window_hours=HUMAN_HOURS,
            comments=True,
            comment_limit=COMMENT_LONGEST,
            private_reply_days=7,
        ),
    },
    send=send,
    rules=RULES,
    limits=LIMITS,
    logins=LOGINS,
    receiving=Receiving(verify=verify, parse=parse, challenge=challenge, withdrawn=withdrawn),
    streams=STREAMS,
    parse_page=parse_page,
    look_up=look_up,
    profile=profile,
    lacking=lacking,
)
