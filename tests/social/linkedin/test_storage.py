"""LinkedIn's cookies for a sandbox on this machine, and back; for nobody else."""

from typing import Any

import pytest

from social.providers.linkedin.cookies import read_cookies, storage_of
from social.providers.linkedin.storage import expires_of, for_base, from_base
from tests.social.linkedin.exports import LATER, NOW, exported, extension, playwright, storage

SANDBOX, LINKEDIN = "http://127.0.0.1:8765/linkedin", "https://www.linkedin.com"


def names(state: dict[str, Any]) -> set[str]:
    return {one["name"] for one in state["cookies"]}


def test_the_sandbox_gets_host_only_cookies_that_http_carries() -> None:
    state = for_base(storage_of(read_cookies(exported(), now=NOW)), SANDBOX)
    assert names(state) == {"li_at", "JSESSIONID", "bcookie", "lidc", "lang"}
    assert {(one["domain"], one["path"], one["secure"]) for one in state["cookies"]} == {
        ("127.0.0.1", "/", False)
    }
    assert "None" not in {one.get("sameSite") for one in state["cookies"]}
    assert state["origins"] == []


def test_what_comes_back_is_linkedins_again() -> None:
    visited = for_base(storage(), SANDBOX)
    visited["cookies"].append(playwright("foreign", "x", domain="example.com"))
    visited["cookies"].append(playwright("lidc", "new", domain="127.0.0.1", secure=False))
    back = from_base(visited, SANDBOX)
    assert names(back) == {"li_at", "JSESSIONID", "bcookie", "lidc"}
    assert {(one["domain"], one["secure"]) for one in back["cookies"]} == {(".linkedin.com", True)}
    assert for_base(back, SANDBOX) == for_base(from_base(for_base(back, SANDBOX), SANDBOX), SANDBOX)


def test_linkedin_itself_gets_its_cookies_as_they_are() -> None:
    state = {**storage(), "cookies": [*storage()["cookies"], playwright("x", "y", domain=".e.com")]}
    assert for_base(state, LINKEDIN)["cookies"] == storage()["cookies"]
    assert from_base(state, f"{LINKEDIN}/")["cookies"] == storage()["cookies"]


def test_a_cookie_of_another_part_of_linkedin_does_not_go_to_the_sandbox() -> None:
    kept = [*exported(), extension("lang", "ads", domain=".ads.linkedin.com")]
    state = for_base(storage_of(read_cookies(kept, now=NOW)), SANDBOX)
    assert [one["value"] for one in state["cookies"] if one["name"] == "lang"] == ["v=2&lang=fr-fr"]


@pytest.mark.parametrize(
    ("base", "domain", "secure"),
    [
        ("http://localhost:8765", "localhost", False),
        ("https://localhost", "localhost", True),
        ("http://127.0.0.53:1/linkedin", "127.0.0.53", False),
        ("http://[::1]:8000", "[::1]", False),
    ],
)
def test_any_name_of_this_machine_will_do(base: str, domain: str, secure: bool) -> None:
    moved = for_base(storage(), base)["cookies"][0]
    assert (moved["domain"], moved["secure"]) == (domain, secure)


@pytest.mark.parametrize(
    "base",
    [
        "https://example.com",
        "https://evil-linkedin.com",
        "https://linkedin.com.example",
        "https://www.linkedin.com@example.com",
        "http://www.linkedin.com",
        "ftp://127.0.0.1",
        "http://127.0.0.1.nip.io",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://2130706433",
        "",
    ],
)
def test_cookies_go_to_nobody_else(base: str) -> None:
    for move in (for_base, from_base):
        with pytest.raises(ValueError, match="LinkedIn over https"):
            move(storage(), base)


def test_the_end_of_a_session_is_li_ats() -> None:
    found = expires_of(storage())
    assert found is not None
    assert found.timestamp() == LATER
    assert expires_of({"cookies": [playwright("li_at", "x", expires=-1)]}) is None


@pytest.mark.parametrize("state", [{}, {"cookies": None}, {"cookies": [None, {"name": "li_at"}]}])
def test_a_storage_state_that_is_none_has_nothing(state: dict[str, Any]) -> None:
    assert expires_of(state) is None
    assert for_base(state, SANDBOX) == {"cookies": [], "origins": []}
