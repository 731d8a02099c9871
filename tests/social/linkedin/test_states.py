"""Every row of the fact sheet's table of walls (linkedin.md 5), and what only looks like one."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social.providers.linkedin import phrases
from social.providers.linkedin.states import STATES, Look, SessionState, judge, path_of

LIVE, SANDBOX = "https://www.linkedin.com", "http://127.0.0.1:8765/linkedin"
ERROR = "challenge_global_internal_error"
HOURS = timedelta(hours=1)
NONE = 0 * HOURS


def alive(path: str, **fields: Any) -> Look:
    """A look at a page where all is well, but for `fields`."""
    values = {"status": 200, "has_main": True, "has_nav": True, "voyager": (200,)}
    return Look(**{"url": LIVE + path, "base": LIVE, **values, **fields})


def bare(path: str, **fields: Any) -> Look:
    """A look at a page with nothing of the product on it."""
    return alive(path, **{"has_main": False, "has_nav": False, "voyager": (), **fields})


OK = ("ok", "", NONE, False)
LOGIN = ("needs_login", "login_page", NONE, True)
CHECKPOINT = ("checkpoint", "checkpoint", NONE, True)
RESTRICTED = ("restricted", "restricted", NONE, True)
DAY = ("cooldown", "refused_challenge", 24 * HOURS, False)
ROWS: list[tuple[Look, tuple[str, str, timedelta, bool]]] = [
    (bare("/login"), LOGIN),
    (bare("/login/"), LOGIN),
    (bare("/login?session_redirect=%2Fmessaging%2F"), LOGIN),
    (bare("/uas/login"), LOGIN),
    (bare("/authwall?trk=x"), LOGIN),
    (bare("/signup"), LOGIN),
    (bare("/signup/cold-join?session_redirect=x"), LOGIN),
    (bare("//authwall"), LOGIN),
    (bare("/AuthWall"), LOGIN),
    (bare("", url="https://fr.linkedin.com/authwall"), LOGIN),
    (alive("/login"), LOGIN),
    (bare("/login", status=None), LOGIN),
    (bare("/checkpoint/lg/x"), CHECKPOINT),
    (bare("/checkpoint/challenge/AgE?ut=x"), CHECKPOINT),
    (bare("/checkpoint"), CHECKPOINT),
    (bare("/%63heckpoint/x"), CHECKPOINT),
    (bare("/challenge"), CHECKPOINT),
    (bare("/challenge/x"), CHECKPOINT),
    (bare("/uas/consumer-email-challenge"), CHECKPOINT),
    (bare(f"/checkpoint/challenge/x?errorKey={ERROR}"), DAY),
    (bare(f"/checkpoint/challenge/{ERROR}"), DAY),
    (bare(f"/uas/login?errorKey={ERROR}&x=1"), DAY),
    (alive("/messaging/", chooser=True), ("needs_login", "account_chooser", NONE, True)),
    (alive("/messaging/", login_form=True), ("needs_login", "login_form", NONE, True)),
    *(
        (alive("/feed/", title=title), ("needs_login", "login_title", NONE, True))
        for title in (
            *("Sign in | LinkedIn", "LinkedIn Login", "LinkedIn Login, Sign in | LinkedIn"),
            *("Sign Up | LinkedIn", "S’identifier\u00a0| LinkedIn"),
        )
    ),
    (
        bare("", url="chrome-error://chromewebdata/", error="ERR_TOO_MANY_REDIRECTS", status=None),
        ("needs_login", "redirect_loop", NONE, True),
    ),
    (bare("/messaging/", status=999), ("cooldown", "refused_999", 8 * HOURS, False)),
    (alive("/messaging/", voyager=(200, 999)), ("cooldown", "refused_999", 8 * HOURS, False)),
    (bare("/messaging/", status=429), ("cooldown", "status_429", 2 * HOURS, False)),
    (alive("/messaging/", voyager=(200, 429)), ("cooldown", "status_429", 2 * HOURS, False)),
    (
        bare("/messaging/", phrases=frozenset({phrases.TOO_MANY})),
        ("cooldown", "too_many_requests", 2 * HOURS, False),
    ),
    *(
        (
            alive("/messaging/", voyager=(200, status)),
            ("needs_login", "voyager_signed_out", NONE, True),
        )
        for status in (401, 403)
    ),
    (alive("/messaging/", voyager=(302,)), ("needs_login", "voyager_redirected", NONE, True)),
    (bare("/messaging/", phrases=frozenset({phrases.RESTRICTED})), RESTRICTED),
    (bare("/checkpoint/x", phrases=frozenset({phrases.RESTRICTED})), RESTRICTED),
    (alive("/login", phrases=frozenset({phrases.RESTRICTED})), RESTRICTED),
    (alive("/messaging/thread/new/"), OK),
    (alive("/messaging/thread/2-abc%3D%3D/"), OK),
    (alive("/feed/", status=None), OK),
    (alive("/messaging/thread/2-gone/", status=404), OK),
    # Near misses.
    (bare("/authwall?sessionRedirect=https%3A%2F%2Fwww.linkedin.com%2Fmessaging%2F"), LOGIN),
    (alive("/feed/", status=999), ("cooldown", "refused_999", 8 * HOURS, False)),
    (alive("/checkpointing-blog"), OK),
    (alive("/challenges"), OK),
    (alive("/loginsights/x"), OK),
    (alive("/messaging/?next=/checkpoint/"), OK),
    (alive(f"/messaging/?searchTerm={ERROR}"), OK),
    (alive(f"/authwall?sessionRedirect=%2Fmessaging%2F%3Fq%3D{ERROR}"), LOGIN),
    (alive("/messaging/", title="(1) Sign in | LinkedIn advice"), OK),
    (alive("/messaging/", phrases=frozenset({phrases.RESTRICTED, phrases.TOO_MANY})), OK),
    (bare("/login", status=999), ("needs_login", "login_page", 8 * HOURS, True)),
    (bare("/checkpoint/x", status=429), ("checkpoint", "checkpoint", 2 * HOURS, True)),
    # None of them: closed.
    (bare("/messaging/"), ("unknown", "no_navigation", 2 * HOURS, False)),
    (alive("/messaging/", voyager=()), ("unknown", "no_voyager", 2 * HOURS, False)),
    (alive("/messaging/", voyager=(500,)), ("unknown", "no_voyager", 2 * HOURS, False)),
    (alive("/messaging/", has_nav=False), ("unknown", "no_navigation", 2 * HOURS, False)),
    (alive("/messaging/", status=503), ("unknown", "status_503", 2 * HOURS, False)),
    (alive("/messaging/", status=403), ("unknown", "status_403", 2 * HOURS, False)),
    (alive("", url="https://example.com/messaging/"), ("unknown", "elsewhere", 2 * HOURS, False)),
    (alive("", url="about:blank"), ("unknown", "elsewhere", 2 * HOURS, False)),
    (alive("", url="http://[::bad/"), ("unknown", "elsewhere", 2 * HOURS, False)),
    (
        bare("", url="chrome-error://chromewebdata/", error="ERR_NAME_NOT_RESOLVED"),
        ("unknown", "network", HOURS / 4, False),
    ),
]


@pytest.mark.parametrize(("look", "expected"), ROWS)
def test_a_look_says_where_the_session_stands(
    look: Look, expected: tuple[str, str, timedelta, bool]
) -> None:
    assert judge(look) == SessionState(*expected)


def test_the_table_knows_every_state_that_a_look_can_have() -> None:
    assert {state for _, (state, *_) in ROWS} == set(STATES) - {"drift"}


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (f"{SANDBOX}/checkpoint/x", "/checkpoint/x"),
        (f"{SANDBOX}", "/"),
        (f"{SANDBOX}/", "/"),
        (f"{SANDBOX}/Messaging//thread/?x=/linkedin/login", "/messaging/thread/"),
        ("http://127.0.0.1:8765/linkedinlogin", None),
        ("http://127.0.0.1:8765/login", None),
        ("http://127.0.0.1:9999/linkedin/login", None),
        ("https://127.0.0.1:8765/linkedin/login", None),
        (f"{LIVE}/linkedin/login", None),
    ],
)
def test_the_bases_own_path_is_taken_off(url: str, path: str | None) -> None:
    assert path_of(url, SANDBOX) == path


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://linkedin.com/login", "/login"),
        ("https://de.linkedin.com/authwall", "/authwall"),
        ("http://www.linkedin.com/login", None),
        ("https://evil-linkedin.com/messaging/", None),
        ("https://www.linkedin.com@example.com/messaging/", None),
    ],
)
def test_linkedins_other_hosts_are_linkedin(url: str, path: str | None) -> None:
    assert path_of(url, LIVE) == path


@given(
    st.text(max_size=60) | st.just("https://www.linkedin.com/messaging/"),
    st.none() | st.integers(0, 999),
    st.lists(st.integers(0, 999), max_size=3),
)
def test_nothing_is_ok_without_navigation_and_an_answered_call(
    url: str, status: int | None, voyager: list[int]
) -> None:
    for has_nav, calls in (
        (False, [*voyager, 200]),
        (True, [one for one in voyager if one != 200]),
    ):
        look = Look(url, LIVE, status, has_nav=has_nav, has_main=True, voyager=tuple(calls))
        assert judge(look).state != "ok"
