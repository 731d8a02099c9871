"""States: used once, by the browser, person and purpose they were made for, for ten minutes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts import oauth
from accounts.models import Membership, OAuthState, User, Workspace
from tests.accounts.google import Google, asked_of_google, begin, come_back, google_at_work
from tests.callers import browser, enter
from tests.factories import PASSWORD, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def google(settings: Settings) -> Iterator[Google]:
    with google_at_work(settings) as found:
        yield found


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def user(workspace: Workspace) -> User:
    return make_member(workspace)


def age(minutes: int) -> None:
    OAuthState.objects.update(expires_at=F("expires_at") - timedelta(minutes=minutes))


def request_of(user: User | None = None, session: dict[str, Any] | None = None) -> Any:
    request: Any = RequestFactory().get("/x")
    request.session = {} if session is None else session
    request.user = user or AnonymousUser()
    return request


def assert_dead(answer: Any, google: Google) -> None:
    assert answer.status_code == 400
    assert "Recommencez depuis le début" in answer.content.decode()
    assert google.tokens.asked == []


def callback(client: Client, google: Google, path: str = "/login/google", **query: str) -> Any:
    google.tokens.answer(200, {})
    return client.get(f"{path}/callback", {"code": "4/x", **query})


def test_a_state_is_used_once(google: Google) -> None:
    client = browser()
    asked = begin(client)
    come_back(client, google, asked)
    google.tokens.asked.clear()
    assert_dead(come_back(client, google, asked), google)


def test_a_state_that_another_request_takes_meanwhile_is_dead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = request_of()
    begun = oauth.begin(request, "x")

    def overtaken(*_: object) -> bool:
        return bool(OAuthState.objects.all().delete())

    monkeypatch.setattr(oauth, "_is_for", overtaken)
    with pytest.raises(oauth.DeadStateError):
        oauth.finish(request, "x", begun.state)


def test_another_browsers_state_is_dead(google: Google) -> None:
    state = begin(browser())["state"]
    victim = browser()
    begin(victim)
    assert_dead(callback(victim, google, state=state), google)
    assert victim.get("/inbox").status_code == 302


def test_a_browser_that_never_began_has_no_state(google: Google) -> None:
    state = begin(browser())["state"]
    assert_dead(callback(browser(), google, state=state), google)


@pytest.mark.parametrize(("minutes", "status"), [(9, 302), (11, 400)])
def test_a_state_lives_ten_minutes(google: Google, minutes: int, status: int) -> None:
    client = browser()
    asked = begin(client)
    age(minutes)
    assert come_back(client, google, asked).status_code == status
    assert bool(google.tokens.asked) == (status == 302)


@pytest.mark.parametrize("query", [{}, {"state": ""}, {"state": "x"}, {"state": "é" * 3000}])
def test_a_missing_or_invented_state_is_dead(google: Google, query: dict[str, str]) -> None:
    client = browser()
    begin(client)
    assert_dead(callback(client, google, **query), google)


def test_a_refusal_without_its_state_is_dead(google: Google) -> None:
    client = browser()
    begin(client)
    assert_dead(client.get("/login/google/callback", {"error": "access_denied"}), google)


def test_a_state_for_signing_in_connects_nothing(google: Google, user: User) -> None:
    client = browser()
    state = begin(client)["state"]
    enter(client, user)
    assert_dead(callback(client, google, "/settings/google", state=state), google)


def test_a_state_for_connecting_signs_nobody_in(google: Google, user: User) -> None:
    client = browser(user)
    state = asked_of_google(client.post("/settings/google", {"password": PASSWORD}))["state"]
    assert_dead(callback(client, google, state=state), google)


def test_whoever_signs_in_after_somebody_else_finds_no_state(google: Google, user: User) -> None:
    client = browser(user)
    state = asked_of_google(client.post("/settings/google", {"password": PASSWORD}))["state"]
    enter(client, make_user())
    assert_dead(callback(client, google, "/settings/google", state=state), google)


def test_a_state_gives_back_what_it_was_begun_with(user: User, workspace: Workspace) -> None:
    session: dict[str, Any] = {}
    request = request_of(user, session)
    begun = oauth.begin(request, "x", user=user, workspace=workspace, return_to="/inbox")
    finished = oauth.finish(request_of(user, session), "x", begun.state)
    assert finished == oauth.Finished(begun.nonce, begun.verifier, user, workspace, "/inbox")


def test_another_person_in_the_same_session_has_no_state(user: User) -> None:
    session: dict[str, Any] = {}
    begun = oauth.begin(request_of(user, session), "x", user=user)
    with pytest.raises(oauth.DeadStateError):
        oauth.finish(request_of(make_user(), session), "x", begun.state)
    assert OAuthState.objects.exists()


def test_whoever_left_the_workspace_has_no_state(user: User, workspace: Workspace) -> None:
    request = request_of(user)
    begun = oauth.begin(request, "x", user=user, workspace=workspace)
    Membership.objects.all().delete()
    with pytest.raises(oauth.DeadStateError):
        oauth.finish(request, "x", begun.state)


def test_whoever_was_switched_off_has_no_state(user: User) -> None:
    session: dict[str, Any] = {}
    begun = oauth.begin(request_of(user, session), "x", user=user)
    User.objects.update(is_active=False)
    with pytest.raises(oauth.DeadStateError):
        oauth.finish(request_of(None, session), "x", begun.state)


def test_a_changed_seal_is_a_dead_state() -> None:
    request = request_of()
    first, second = oauth.begin(request, "x"), oauth.begin(request, "x")
    OAuthState.objects.update(sealed=OAuthState.objects.order_by("pk")[0].sealed)
    oauth.finish(request, "x", first.state)
    with pytest.raises(oauth.DeadStateError):
        oauth.finish(request, "x", second.state)


def test_the_table_holds_nothing_that_could_be_used() -> None:
    request = request_of()
    begun = oauth.begin(request, "x")
    row = str(OAuthState.objects.values().get())
    own = request.session[oauth.SESSION_KEY]
    assert not [one for one in (begun.state, begun.nonce, begun.verifier, own) if one in row]
    assert min(len(begun.state), len(begun.nonce)) == 43


def test_states_that_nobody_came_back_for_are_swept(google: Google) -> None:
    begin(browser())
    age(11)
    begin(browser())
    assert OAuthState.objects.count() == 1


def test_two_tabs_of_a_browser_may_both_come_back(google: Google) -> None:
    client = browser()
    first, second = begin(client), begin(client)
    for asked in (second, first):
        assert come_back(client, google, asked).status_code == 302


def test_the_challenge_is_that_of_the_rfc() -> None:
    # RFC 7636, appendix B.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert oauth.challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    "address",
    ["/inbox", "/inbox?level=hot&q=caf%C3%A9", "/inbox/0190?next=//mal.example", "/a-b_c.d/~e#f"],
)
def test_a_path_of_ours_is_returned_to(address: str) -> None:
    assert oauth.safe_return(request_of(), address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "inbox",
        "//mal.example",
        "///mal.example",
        "/\\mal.example",
        "\\\\mal.example",
        "\\/mal.example",
        "https:mal.example",
        "https:/mal.example",
        "https://mal.example",
        "HTTPS://mal.example/inbox",
        "http://testserver@mal.example",
        "//testserver@mal.example",
        "//testserver:80@mal.example/",
        "/%2fmal.example",
        "/%2Fmal.example",
        "/%5cmal.example",
        "/%252fmal.example",
        "/%09/mal.example",
        "/%0d%0aLocation:mal.example",
        "/\t/mal.example",
        "/\n/mal.example",
        "/\r\n/mal.example",
        " //mal.example",
        "\x00//mal.example",
        "/ /mal.example",
        "/\uff0fmal.example",
        "/%ef%bc%8fmal.example",
        "/\u2044mal.example",
        "/x/..//mal.example",
        "/x/%2e%2e//mal.example",
        "/.//mal.example",
        "/./x",
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "mailto:a@mal.example",
        "?next=//mal.example",
        "/" + "a" * 500,
        "/login",
        "/login/google?next=/inbox",
    ],
)
def test_every_other_address_leads_home(address: str) -> None:
    assert oauth.safe_return(request_of(), address) == "/"
    assert oauth.safe_return(request_of(), "/x") == "/"


def test_the_door_to_google_keeps_to_local_addresses(google: Google) -> None:
    client = browser()
    answer = come_back(client, google, begin(client, next="//mal.example"))
    assert answer["Location"] == "/"
