"""No page says anything that was not given to the translators."""

import re
from collections.abc import Iterator
from zoneinfo import available_timezones

import pytest

from tests.isolation.world import MARK
from tests.walk.fetching import fetch
from tests.walk.pages import Page, pages
from tests.walk.pseudo import said_on, widened
from tests.walk.rows import WORD
from tests.walk.serving import Place, served

HOSTS = re.compile(r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org)\b")
OURS = re.compile(rf"\S*(?:{MARK}|\d)\S*")
"""What the world's rows say, which all have the mark in them; and numbers, with their units."""

NAMES = re.compile(
    r"\b(?:Flow IA|Messenger|Instagram|Facebook|Meta|TikTok|YouTube|LinkedIn|Notion|"
    r"Airtable|Google Sheets|Google|Stripe|Freemium|Premium|Ultra|OpenAI|CSV|API|Chromium|"
    r"Standard Webhooks|OpenAPI|curl|Python|JavaScript|Redis|English|Français|ms)\b"
)
"""Names and units are the same in every language."""

HARD_CODED = re.compile(
    # Django's admin: the lens beside the search, the ticks of yes and no, and of no value.
    r"^(?:Search|True|False|None)$|"
    # Django translates the first when it is imported, the second never (auth/forms.py).
    r"^Indique si cet utilisateur.*|^If disabled, the current password for this user will.*|"
    # django-celery-beat has no word for these in its catalogues.
    r"\b(?:Task Name|Human readable|Scheduler|Crontab translation|Every minute)\b"
)
"""What packages say in the admin without asking gettext."""

MACHINES = re.compile(r"\w+(?:\.\w+)+|\(m/h/dM/MY/d\)|\{[^}]*\}|\w*\*{4,}")
"""In the admin: names of tasks and events, a schedule's pattern, JSON, a masked hash."""

KNOWN = {name for zone in available_timezones() for name in (zone, zone.replace("_", " "))}
ZONES = re.compile("|".join(sorted(map(re.escape, KNOWN), key=len, reverse=True)))
"""Time zones, with the clock that the IANA names; people choose among them by these names."""


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """Return where the pages are served in the language that nobody speaks."""
    with served("pseudo") as found:
        yield found


def untranslated(texts: list[str]) -> list[str]:
    return [one for one in texts if WORD.search(plain(one))]


def plain(text: str) -> str:
    """Return the text without what is no word of ours."""
    for others in (OURS, HOSTS, ZONES, NAMES):
        text = others.sub("", text)
    return text


def untranslated_for_operators(texts: list[str], words: frozenset[str]) -> list[str]:
    """They read rows as they stand: a word that a row holds is no text of ours."""
    return [
        one
        for one in texts
        if not words.issuperset(WORD.findall(MACHINES.sub("", HARD_CODED.sub("", plain(one)))))
    ]


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_word_of_a_page_is_translated(place: Place, page: Page) -> None:
    said = said_on(fetch(place, page).text)
    words = frozenset(place.words)
    operator = page.who == "operator"
    found = untranslated_for_operators(said, words) if operator else untranslated(said)
    assert not found, "\n".join(dict.fromkeys(found))


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<p>Hello there</p>", True),
        (f"<p>{widened('Hello there')}</p>", False),
        (f"<p>{widened('Hello <b>%(name)s</b>') % {'name': 'received'}}</p>", True),
        (f"<p>{widened('Hello %(name)s') % {'name': MARK}}</p>", False),
        ('<button aria-label="Close"></button>', True),
        ('<input type="submit" value="Save">', True),
        ('<input type="text" value="Typed">', False),
        ("<p>12 ms, a1b2, Flow IA</p>", False),
        ('<p><button lang="en">English</button></p>', False),
        ('<p><img src="x" alt="A picture"></p>', True),
    ],
)
def test_a_text_outside_of_the_catalogues_is_seen(html: str, seen: bool) -> None:
    assert bool(untranslated(said_on(html))) is seen
