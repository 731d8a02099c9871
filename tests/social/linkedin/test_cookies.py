"""What a member hands over as cookies: every form of the fact sheet, every way it goes wrong."""

import traceback
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from flowia.lib.errors import first_sentence
from social.providers.linkedin.cookies import (
    FEW_COOKIES,
    SOME_EXPIRED,
    CookiesError,
    Jar,
    read_cookies,
    storage_of,
)
from social.providers.linkedin.storage import LATEST
from tests.social.linkedin.exports import (
    LATER,
    NOW,
    SESSION_VALUE,
    TOKEN_VALUE,
    as_text,
    exported,
    extension,
    netscape,
    playwright,
    storage,
)

PAIR = [extension("li_at", SESSION_VALUE), extension("JSESSIONID", TOKEN_VALUE)]
AGO = NOW.timestamp() - 9 * 86400
Json = dict[str, Any]


def named(jar: Jar, name: str) -> Json:
    return next(one for one in jar.cookies if one["name"] == name)


def mapped(**fields: Any) -> Json:
    """One more cookie of an extension's export, as it comes out."""
    more = {**extension("x", "y"), **fields}
    return named(read_cookies([*PAIR, more], now=NOW), "x")


def refusal(given: object) -> CookiesError:
    with pytest.raises(CookiesError) as caught:
        read_cookies(given, now=NOW)
    return caught.value


@pytest.mark.parametrize(
    "given",
    [
        exported(),
        as_text(exported()),
        "\ufeff\n" + as_text(exported()),
        netscape(),
        netscape(header=False),
        netscape(tab="    "),
        netscape().replace("\n", "\r\n"),
        storage(),
        as_text(storage()),
        storage()["cookies"],
        {"url": "https://www.linkedin.com", "cookies": exported()},
    ],
)
def test_a_session_is_read_in_every_form(given: object) -> None:
    jar = read_cookies(given, now=NOW)
    assert named(jar, "li_at")["value"] == SESSION_VALUE
    assert named(jar, "li_at")["httpOnly"] in {True, named(jar, "bcookie")["httpOnly"]}
    assert named(jar, "JSESSIONID")["value"] == TOKEN_VALUE
    assert jar.expires_at is not None
    assert int(jar.expires_at.timestamp()) == int(LATER)
    assert jar.notes == ()
    assert storage_of(jar) == {"cookies": list(jar.cookies), "origins": []}
    assert all(sound(one) for one in jar.cookies)


def sound(cookie: Json) -> bool:
    """What add_cookies of Playwright takes, and Chromium does not drop (linkedin.md 6)."""
    return (
        set(cookie) - {"sameSite"}
        == {"name", "value", "domain", "path", "expires", "httpOnly", "secure"}
        and cookie.get("sameSite", "Lax") in {"Strict", "Lax", "None"}
        and (cookie["secure"] is True or cookie.get("sameSite") != "None")
        and (cookie["expires"] == -1 or NOW.timestamp() < cookie["expires"] <= LATEST)
        and cookie["domain"].endswith("linkedin.com")
        and all(isinstance(cookie[key], str) for key in ("name", "value", "domain", "path"))
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"sameSite": "no_restriction", "secure": False}, {"sameSite": "None", "secure": True}),
        ({"sameSite": "lax"}, {"sameSite": "Lax"}),
        ({"sameSite": "Strict"}, {"sameSite": "Strict"}),
        ({"sameSite": "unspecified", "secure": False}, {"sameSite": None, "secure": False}),
        ({"sameSite": None}, {"sameSite": None}),
        ({"expirationDate": LATER + 0.5}, {"expires": LATER + 0.5}),
        ({"expirationDate": LATER * 1000}, {"expires": LATER}),
        ({"expirationDate": LATER, "session": True}, {"expires": -1}),
        ({"expirationDate": 0}, {"expires": -1}),
        ({"expirationDate": None}, {"expires": -1}),
        ({"hostOnly": True, "domain": "www.linkedin.com"}, {"domain": "www.linkedin.com"}),
        ({"hostOnly": True, "domain": ".linkedin.com"}, {"domain": "linkedin.com"}),
        ({"hostOnly": False, "domain": "linkedin.com"}, {"domain": ".linkedin.com"}),
        ({"domain": "FR.LinkedIn.com"}, {"domain": ".fr.linkedin.com"}),
        ({"path": None}, {"path": "/"}),
        ({"httpOnly": None, "secure": None}, {"httpOnly": False, "secure": True}),
        ({"value": ""}, {"value": ""}),
    ],
)
def test_a_field_becomes_playwrights(fields: Json, expected: Json) -> None:
    cookie = mapped(**fields)
    assert {key: cookie.get(key) for key in expected} == expected


def test_a_storage_states_dot_says_whom_a_cookie_is_for() -> None:
    state = {"cookies": [*storage()["cookies"], playwright("x", "y", domain="www.linkedin.com")]}
    assert named(read_cookies(state, now=NOW), "x")["domain"] == "www.linkedin.com"


@pytest.mark.parametrize(
    "domain",
    [
        "evil-linkedin.com",
        ".evil-linkedin.com",
        "linkedin.com.example",
        "linkedin.com.",
        "..linkedin.com",
        "www..linkedin.com",
        "linkedin.company",
        "linkedin.com/messaging",
        "linkedin.com\n",
        "lin\u212aedin.com",
        "licdn.com",
        "",
        None,
        7,
    ],
)
def test_another_sites_cookie_is_dropped_and_counted(domain: object) -> None:
    jar = read_cookies([*PAIR, extension("x", "a\x00b", domain=domain)], now=NOW)
    assert (jar.dropped, len(jar.cookies)) == (1, 2)


def test_the_last_of_two_cookies_with_one_name_wins() -> None:
    jar = read_cookies([*PAIR, extension("li_at", "newer")], now=NOW)
    assert [one["value"] for one in jar.cookies if one["name"] == "li_at"] == ["newer"]


def test_the_two_cookies_alone_may_be_refused() -> None:
    assert read_cookies(PAIR, now=NOW).notes == (FEW_COOKIES,)


def test_expired_cookies_are_left_out() -> None:
    jar = read_cookies([*exported(), extension("x", "y", expirationDate=AGO)], now=NOW)
    assert jar.notes == (SOME_EXPIRED,)
    assert "x" not in {one["name"] for one in jar.cookies}


def test_a_session_without_an_end_has_none() -> None:
    given = [extension("li_at", SESSION_VALUE, session=True), PAIR[1]]
    assert read_cookies(given, now=NOW).expires_at is None


HUGE = [extension(f"c{number}", "x") for number in range(200)]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("", "not_understood"),
        ("li_at=AQED; JSESSIONID=ajax:1", "not_understood"),
        ("[{", "not_understood"),
        ("[" * 100_000, "not_understood"),
        ('{"cookie": []}', "not_understood"),
        ("{}", "not_understood"),
        ("null", "not_understood"),
        (None, "not_understood"),
        (7, "not_understood"),
        ({"cookies": {1, 2}}, "not_understood"),
        ("# Netscape HTTP Cookie File\n\n", "not_understood"),
        ([*HUGE, extension("one-more", "x")], "too_big"),
        ("\n".join(".example.com\tTRUE\t/\tTRUE\t0\tx\ty" for _ in range(201)), "too_big"),
        ("é" * (128 * 1024 + 1), "too_big"),
        ([extension("x", "y" * 300_000)], "too_big"),
        ([], "foreign"),
        ([extension("li_at", "x", domain=".evil-linkedin.com")], "foreign"),
        ([PAIR[1]], "session_missing"),
        ([extension("li_at", ""), PAIR[1]], "session_missing"),
        ([extension("li_at", '""'), PAIR[1]], "session_missing"),
        ([extension("LI_AT", "x"), PAIR[1]], "session_missing"),
        ([extension("li_at", "x", domain=".fr.linkedin.com"), PAIR[1]], "session_missing"),
        (
            [extension("li_at", "x", domain="linkedin.com", hostOnly=True), PAIR[1]],
            "session_missing",
        ),
        ([extension("li_at", "x", path="/messaging"), PAIR[1]], "session_missing"),
        ([PAIR[0]], "token_missing"),
        ([extension("li_at", "x", expirationDate=AGO), PAIR[1]], "expired"),
        ([PAIR[0], extension("JSESSIONID", "x", expirationDate=AGO)], "expired"),
        ([*PAIR, "x"], "broken"),
        ([*PAIR, extension("x", 7)], "broken"),
        ([*PAIR, extension("", "y")], "broken"),
        ([*PAIR, extension("a=b", "y")], "broken"),
        ([*PAIR, extension("x", "a\nb")], "broken"),
        ([*PAIR, extension("x", "a\x7fb")], "broken"),
        ([*PAIR, extension("x\x00", "y")], "broken"),
        ([*PAIR, extension("x", "a; Domain=.example.com")], "broken"),
        ([*PAIR, extension("x", "\ud800")], "broken"),
        ([*PAIR, extension("x", "y" * 4096)], "broken"),
        ([*PAIR, extension("x", "y", path="messaging")], "broken"),
        ([*PAIR, extension("x", "y", path="/\t")], "broken"),
        ([*PAIR, extension("x", "y", secure="true")], "broken"),
        ([*PAIR, extension("x", "y", sameSite="sometimes")], "broken"),
        ([*PAIR, extension("x", "y", expirationDate="2027")], "broken"),
        ([*PAIR, extension("x", "y", expirationDate=True)], "broken"),
        ([*PAIR, extension("x", "y", expirationDate=float("nan"))], "broken"),
        ([*PAIR, extension("x", "y", expirationDate=10**400)], "broken"),
        (netscape() + ".linkedin.com\tTRUE\t/\tTRUE\t0\n", "broken"),
        (netscape() + ".linkedin.com\tYES\t/\tTRUE\t0\tx\ty\n", "broken"),
        (netscape(tab=" ") + ".linkedin.com TRUE / TRUE 0 x a value in words\n", "broken"),
    ],
)
def test_what_cannot_be_used_says_why(given: object, code: str) -> None:
    error = refusal(given)
    assert (error.status, error.code) == (400, f"cookies_{code}")
    assert error.errors is not None
    assert list(error.errors) == ["cookies"]
    assert "Export" in first_sentence(error) or "export" in first_sentence(error)


def test_an_expired_session_says_since_when() -> None:
    error = refusal([extension("li_at", "x", expirationDate=AGO), PAIR[1]])
    with translation.override("en"):
        assert "Nov. 20, 2026" in first_sentence(error)


def test_a_damaged_cookie_is_found_by_its_place() -> None:
    with translation.override("en"):
        assert "number 3" in first_sentence(refusal([*PAIR, extension("x", 7)]))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (".linkedin.com\tTRUE\t/\tTRUE\t0\tx\t", ""),
        (".linkedin.com\tTRUE\t/\tTRUE\t0\tx", ""),
        (".linkedin.com\ttrue\t/\ttrue\t\tx\ty", "y"),
        (".linkedin.com\tTRUE\t/\tTRUE\t0\tx\ta value in words", "a value in words"),
        (f".linkedin.com TRUE / TRUE {LATER * 1000:.3f} x y", "y"),
    ],
)
def test_a_line_of_a_cookies_txt_is_forgiven_what_copying_does(line: str, value: str) -> None:
    assert named(read_cookies(f"{netscape()}{line}\n", now=NOW), "x")["value"] == value


@pytest.mark.parametrize(
    "given",
    [
        as_text(exported())[:-30],
        [*exported(), "x"],
        [extension("JSESSIONID", TOKEN_VALUE), extension("x", SESSION_VALUE)],
        [extension("li_at", SESSION_VALUE, expirationDate=AGO), PAIR[1]],
        netscape() + f"{SESSION_VALUE} and so on",
    ],
)
def test_no_error_holds_a_secret(given: object) -> None:
    error = refusal(given)
    told = [repr(error), str(error), first_sentence(error), str(error.detail), repr(error.args)]
    chain = "".join(traceback.format_exception(error))
    assert error.__context__ is None
    assert all(secret not in one for one in [*told, chain] for secret in (SESSION_VALUE, "ajax:1"))


def test_a_jar_shows_nothing_of_its_cookies() -> None:
    jar = read_cookies(exported(), now=NOW)
    assert SESSION_VALUE not in f"{jar!r} {jar}"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
odd_cookies = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["li_at", "JSESSIONID", "x"]) | json_values,
        "value": st.text(max_size=9) | json_values,
        "domain": st.sampled_from([".linkedin.com", "www.linkedin.com"]) | json_values,
        "path": st.just("/") | json_values,
        "sameSite": st.sampled_from(["lax", "None", "no_restriction"]) | json_values,
        "expirationDate": st.just(LATER) | json_values,
        "expires": st.just(LATER) | json_values,
        **{key: st.booleans() | json_values for key in ("secure", "session", "hostOnly")},
    },
)


@given(st.lists(odd_cookies, max_size=4) | json_values | st.text(max_size=200))
def test_whatever_is_given_is_read_or_refused(given: object) -> None:
    for whole in (given, [*PAIR, *given] if isinstance(given, list) else given):
        try:
            jar = read_cookies(whole, now=NOW)
        except CookiesError:
            continue
        assert all(sound(one) for one in jar.cookies)
