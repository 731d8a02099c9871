"""YouTube in one value: comments and their answers; there are no direct messages (youtube.md 0)."""

from social.capabilities import Capabilities
from social.providers.base import Provider
from social.providers.youtube.activities import activities
from social.providers.youtube.errors import RULES
from social.providers.youtube.oauth import GOOGLE, KIND, lacking
from social.providers.youtube.polling import ACTIVITIES, COMMENTS
from social.providers.youtube.reading import parse_page
from social.providers.youtube.sending import look_up, send
from social.streams import Meter

LONGEST_COMMENT = 1000
"""Characters. YouTube publishes no length; 10,000 is said here and there, and the fact sheet asks
to stay under 1,000: a comment that people read, with room for the handle before it."""

YOUTUBE = Provider(
    name="youtube",
    label="YouTube",
    capabilities={
        KIND: Capabilities(
            text_limit=LONGEST_COMMENT,
            direct_messages=False,
            comments=True,
            comment_limit=LONGEST_COMMENT,
            automation_needs_consent=True,
        )
    },
    send=send,
    look_up=look_up,
    rules=RULES,
    logins=(GOOGLE,),
    streams=(COMMENTS, ACTIVITIES),
    parse_page=parse_page,
    activities=activities,
    meter=Meter(
        setting="YOUTUBE_DAILY_UNITS",
        time_zone="America/Los_Angeles",
        costs={"poll": 1, "reply": 50, "look_up": 1, "inspect": 1, "connect": 1},
    ),
    lacking=lacking,
)
