"""LinkedIn in one value: direct messages, in a browser with the member's own session.

Its terms forbid that; see `statement.py` for what a member has to know, linkedin.md 1 for the rules
that follow.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import quote

from django.conf import settings

from social.capabilities import Capabilities
from social.providers.base import Provider
from social.providers.linkedin.acting import browser
from social.providers.linkedin.cookies import read_cookies, storage_of
from social.providers.linkedin.errors import RULES
from social.providers.linkedin.looking import look_up
from social.providers.linkedin.polling import INBOX, KIND, THREAD, is_practice
from social.providers.linkedin.reading import parse_page
from social.providers.linkedin.sending import send_dm
from social.providers.linkedin.statement import statement
from social.providers.linkedin.visiting import visit
from social.sessioning import Given, Pace, Sessions

LONGEST_MESSAGE = 8000
"""Characters. LinkedIn's help says 8,000 for messages; not checked on the live site."""
LEAST_GAP = 120.0


def pace() -> Pace:
    """Return how often an account may write: 5 a day at first, 20 at most (linkedin.md 7)."""
    wished, practice = float(settings.LINKEDIN_SEND_SECONDS), is_practice()
    gap = timedelta(seconds=wished if practice else max(wished, LEAST_GAP))
    usual = Pace(first=5, more=2, most=20, gap=gap)
    # A stand-in is tried out at any hour.
    return replace(usual, hours=(0, 24), days=tuple(range(7))) if practice else usual


def given(cookies: object, now: datetime) -> Given:
    """Return the session that a member's cookies open; raises CookiesError."""
    jar = read_cookies(cookies, now=now)
    return Given(
        storage=storage_of(jar), expires_at=jar.expires_at, dropped=jar.dropped, notes=jar.notes
    )


def deep_link(thread: str) -> str:
    """Return where the member opens the thread themselves."""
    return f"{settings.LINKEDIN_URL.rstrip('/')}/messaging/thread/{quote(thread, safe='')}/"


LINKEDIN = Provider(
    name="linkedin",
    label="LinkedIn",
    capabilities={
        KIND: Capabilities(
            text_limit=LONGEST_MESSAGE,
            automation_needs_consent=True,
            threads_by_id=True,
            classified=True,
        )
    },
    send=send_dm,
    look_up=look_up,
    look_up_seconds=INBOX.shortest,
    rules=RULES,
    streams=(INBOX, THREAD),
    parse_page=parse_page,
    session=Sessions(
        read_cookies=given,
        statement=statement,
        visit=visit,
        pace=pace,
        deep_link=deep_link,
        browser=browser,
        site="linkedin.com",
    ),
)
