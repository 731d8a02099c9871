"""TikTok in one value: a Business account's messages and comments (tiktok.md 0, 5.3, 6.2 and 7)."""

from social.capabilities import Capabilities
from social.providers.base import Provider, Receiving
from social.providers.tiktok.errors import LIMITS as SOURCE
from social.providers.tiktok.errors import RULES
from social.providers.tiktok.hooks import register
from social.providers.tiktok.oauth import LOGIN, lacking
from social.providers.tiktok.polling import STREAMS, parse_page
from social.providers.tiktok.profiles import profile
from social.providers.tiktok.sending import LONGEST_COMMENT, LONGEST_MESSAGE, look_up, send
from social.providers.tiktok.values import KIND
from social.providers.tiktok.webhook import challenge, parse, verify
from social.streams import EVERY_CALL, Limit

MINUTE, DAY = 60, 86_400
LIMITS = (
    Limit("send", 10, 1, "app", SOURCE),
    Limit("comment", 10, 1, "app", SOURCE),
    Limit("comment", 40, MINUTE, "account", SOURCE),
    Limit(EVERY_CALL, 10, 1, "app", SOURCE),
    Limit(EVERY_CALL, 600, MINUTE, "app", SOURCE),
    Limit(EVERY_CALL, 864_000, DAY, "app", SOURCE),
)
TIKTOK = Provider(
    name=KIND,
    label="TikTok",
    capabilities={
        # Two pages disagree about the window (tiktok.md 5.3): the strict one holds.
        KIND: Capabilities(
            text_limit=LONGEST_MESSAGE,
            reply_window_hours=48,
            messages_per_window=10,
            comments=True,
            comment_limit=LONGEST_COMMENT,
            private_reply_days=0,
        )
    },
    send=send,
    rules=RULES,
    limits=LIMITS,
    logins=(LOGIN,),
    receiving=Receiving(verify=verify, parse=parse, challenge=challenge, register=register),
    streams=STREAMS,
    parse_page=parse_page,
    look_up=look_up,
    profile=profile,
    lacking=lacking,
)
