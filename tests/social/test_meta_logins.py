"""Connecting through Meta's two logins: what is asked, what comes back, what goes wrong."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from social.contracts import Credentials, Inspected
from social.errors import ProviderError
from social.logins import Asked, Choice, Grant, Tokens
from social.providers.meta import scopes, subscribing
from social.providers.meta.facebook_login import FACEBOOK_LOGIN
from social.providers.meta.instagram_login import INSTAGRAM_LOGIN
from tests.social.meta_samples import FOLDER
from tests.standin import StandIn

PAGE, GRAM = "104857600012345", "17841400112233445"
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
BACK = "https://flow.example/retour"
AS_PAGE = Credentials(PAGE, "messenger", "EAAB-page-invente", login="facebook")
BEHIND_PAGE = Credentials(GRAM, "instagram", "EAAB-page-invente", "facebook", "", PAGE)
ALONE = Credentials(GRAM, "instagram", "IGAA-invente", login="instagram")
SHEET = [json.loads(line) for line in (FOLDER / "10-answers.jsonl").read_bytes().splitlines()]
LONG, ACCOUNTS, PERMISSIONS, ABOUT, CODE, REFRESHED, ME, SUCCESS = SHEET[:8]
"""Samples 67 to 74 of the fact sheet; 75 to 77 are receipts (test_meta_sending)."""


def answer(graph: StandIn, *bodies: Any) -> None:
    for body in bodies:
        graph.answer(200, body)


def asked(graph: StandIn, number: int) -> tuple[str, dict[str, str]]:
    """The path and query of a call that was made."""
    parts = urlsplit(graph.asked[number].path)
    return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}


def refused(call: Any, *given: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        call(*given)
    return caught.value


def test_the_consent_pages_are_the_documented_ones(settings: Settings) -> None:
    settings.META_APP_ID, settings.META_INSTAGRAM_APP_ID = "99", "11"
    attempt = Asked("etat", "defi", BACK)

    facebook, instagram = (login.address(attempt) for login in (FACEBOOK_LOGIN, INSTAGRAM_LOGIN))

    assert facebook.startswith("https://www.facebook.com/v26.0/dialog/oauth?client_id=99&")
    assert instagram.startswith("https://www.instagram.com/oauth/authorize?client_id=11&")
    for address in (facebook, instagram):
        query = parse_qs(urlsplit(address).query)
        assert (query["response_type"], query["state"]) == (["code"], ["etat"])
        assert query["redirect_uri"] == [BACK]
        assert not {"auth_type", "force_reauth", "code_challenge"} & query.keys()


def test_asking_again_asks_for_what_was_declined() -> None:
    again = Asked("etat", "", BACK, again=True)

    assert "auth_type=rerequest" in FACEBOOK_LOGIN.address(again)
    assert "force_reauth=true" in INSTAGRAM_LOGIN.address(again)


def test_facebook_brings_the_pages_and_their_instagram_accounts(graph: StandIn) -> None:
    short = {"access_token": "EAAB-court", "token_type": "bearer", "expires_in": 5000}
    person = {"id": "1020304050", "name": "Camille"}
    answer(graph, short, LONG, person, PERMISSIONS, ACCOUNTS)

    grant = FACEBOOK_LOGIN.exchange("le-code", "", BACK, NOW)

    tokens = Tokens("EAAB-page-invente", scopes=("pages_messaging",))
    tasks = {"tasks": "MODERATE,MESSAGING,CREATE_CONTENT,MANAGE"}
    assert grant == Grant(
        "1020304050",
        ("pages_messaging",),
        (
            Choice("messenger", PAGE, "Boutique Exemple", tokens, facts=tasks),
            Choice(
                "instagram",
                GRAM,
                "boutique_exemple",
                tokens,
                handle="boutique_exemple",
                linked_external_id=PAGE,
                facts=tasks,
            ),
        ),
    )
    path, query = asked(graph, 0)
    assert path == "/v26.0/oauth/access_token"
    assert (query["code"], query["redirect_uri"]) == ("le-code", BACK)
    _, query = asked(graph, 1)
    assert query["grant_type"] == "fb_exchange_token"
    assert query["fb_exchange_token"] == "EAAB-court"
    # What is listed belongs to the long-lived token: only then have Pages' tokens no end.
    for number in (2, 3, 4):
        assert graph.asked[number].headers["Authorization"] == "Bearer EAAB-invente"
        assert asked(graph, number)[1]["appsecret_proof"]


def test_all_pages_of_the_list_are_read(graph: StandIn) -> None:
    person = {"id": "1"}
    more = {"cursors": {"after": "QVFI2"}, "next": "https://graph.facebook.com/x?access_token=y"}
    first = {"data": [{"id": "1", "name": "Un", "access_token": "a"}], "paging": more}
    last = {"data": [{"id": "2", "name": "Deux", "access_token": "b"}]}
    answer(graph, LONG, LONG, person, PERMISSIONS, first, last)

    grant = FACEBOOK_LOGIN.exchange("c", "", BACK, NOW)

    assert [choice.external_id for choice in grant.choices] == ["1", "2"]
    path, query = asked(graph, 5)
    assert (path, query["after"]) == ("/v26.0/me/accounts", "QVFI2")


def test_no_page_ticked_means_no_choice(graph: StandIn) -> None:
    answer(graph, LONG, LONG, {"id": "1"}, PERMISSIONS, {"data": []})

    assert FACEBOOK_LOGIN.exchange("c", "", BACK, NOW).choices == ()


PAGES: list[tuple[dict[str, Any], str]] = [
    ({"access_token": "a", "tasks": ["MESSAGING"]}, ""),
    ({"access_token": "a", "tasks": ["MODERATE"]}, "no_messaging_task"),
    ({"access_token": "a", "tasks": []}, ""),
    ({"access_token": "a"}, ""),
    ({"tasks": ["MESSAGING"]}, "no_page_token"),
]


@pytest.mark.parametrize(("page", "problem"), PAGES, ids=range(len(PAGES)))
def test_a_page_that_may_not_be_connected_says_why(
    graph: StandIn, page: dict[str, Any], problem: str
) -> None:
    linked = {"instagram_business_account": {"id": 178, "username": "b"}}
    answer(graph, LONG, LONG, {"id": "1"}, PERMISSIONS, {"data": [{"id": "1", **page, **linked}]})

    choices = FACEBOOK_LOGIN.exchange("c", "", BACK, NOW).choices

    assert [choice.problem for choice in choices] == [problem] * 2
    assert choices[1].external_id == "178"


CODES = [
    ({"error": {"code": 100, "error_subcode": 36009}}, "code_refused"),
    ({"error": {"code": 100, "error_subcode": 36007}}, "code_refused"),
    ({"error": {"code": 100, "error_subcode": 36008}}, "redirect_refused"),
    ({"error": {"code": 191}}, "redirect_refused"),
    ({"error": {"code": 101}}, "app_refused"),
]


@pytest.mark.parametrize(("body", "code"), CODES, ids=range(len(CODES)))
def test_a_code_that_opens_nothing_is_told(graph: StandIn, body: Any, code: str) -> None:
    graph.answer(400, body)

    error = refused(FACEBOOK_LOGIN.exchange, "c", "", BACK, NOW)
    assert (error.code, error.retryable) == (code, False)


def test_instagrams_code_that_opens_nothing_is_told(graph: StandIn) -> None:
    body = {"error_type": "OAuthException", "code": 400, "error_message": "x"}
    graph.answer(400, body)

    assert refused(INSTAGRAM_LOGIN.exchange, "c", "", BACK, NOW).code == "code_refused"


SHAPES: list[tuple[Any, tuple[str, ...]]] = [
    (CODE, ("instagram_business_basic", "instagram_business_manage_messages")),
    ({"data": [{**CODE, "user_id": GRAM}]}, tuple(CODE["permissions"])),
    ({**CODE, "permissions": "a, b,"}, ("a", "b")),
    ({**CODE, "permissions": None}, scopes.names(scopes.INSTAGRAM)),
]


@pytest.mark.parametrize(("body", "granted"), SHAPES, ids=range(len(SHAPES)))
def test_instagram_brings_the_account_that_webhooks_name(
    graph: StandIn, body: Any, granted: tuple[str, ...]
) -> None:
    answer(graph, body, REFRESHED, ME)

    grant = INSTAGRAM_LOGIN.exchange("le-code#_", "", BACK, NOW)

    ends = NOW + timedelta(seconds=5_183_990)
    tokens = Tokens("IGAA-nouveau", expires_at=ends, scopes=granted)
    [choice] = grant.choices
    assert (grant.user_id, grant.scopes) == ("26011223344556677", granted)
    assert choice == Choice(
        "instagram",
        GRAM,
        "Boutique Exemple",
        tokens,
        handle="boutique_exemple",
        facts={"account_type": "BUSINESS"},
    )
    form = graph.asked[0]
    assert (form.method, form.path) == ("POST", "/token")
    assert (form.body["code"], form.body["grant_type"]) == ("le-code", "authorization_code")
    path, query = asked(graph, 1)
    assert (path, query["grant_type"]) == ("/access_token", "ig_exchange_token")
    assert query["access_token"] == "IGAA-invente"


@pytest.mark.parametrize(
    ("kind", "problem"),
    [("BUSINESS", ""), ("MEDIA_CREATOR", ""), ("PERSONAL", "personal_account"), (None, "")],
)
def test_a_personal_account_cannot_be_connected(
    graph: StandIn, kind: str | None, problem: str
) -> None:
    answer(graph, CODE, REFRESHED, {**ME, "account_type": kind})

    [choice] = INSTAGRAM_LOGIN.exchange("c", "", BACK, NOW).choices
    assert choice.problem == problem


@pytest.mark.parametrize("seconds", [None, "5183990", 0, -5, True])
def test_a_life_that_is_not_told_is_sixty_days(graph: StandIn, seconds: Any) -> None:
    assert INSTAGRAM_LOGIN.refresh is not None
    answer(graph, {**REFRESHED, "expires_in": seconds})

    assert INSTAGRAM_LOGIN.refresh(ALONE, NOW).expires_at == NOW + timedelta(days=60)


def test_a_token_renews_itself(graph: StandIn) -> None:
    assert INSTAGRAM_LOGIN.refresh is not None
    answer(graph, REFRESHED)

    tokens = INSTAGRAM_LOGIN.refresh(ALONE, NOW)

    assert tokens == Tokens("IGAA-nouveau", expires_at=NOW + timedelta(seconds=5_183_990))
    path, query = asked(graph, 0)
    assert (path, query) == (
        "/refresh_access_token",
        {"grant_type": "ig_refresh_token", "access_token": "IGAA-invente"},
    )


def test_a_token_that_died_asks_for_its_owner(graph: StandIn) -> None:
    graph.answer(400, {"error": {"code": 190, "error_subcode": 463}})

    assert refused(INSTAGRAM_LOGIN.refresh, ALONE, NOW).needs_login


def test_a_refresh_without_an_answer_may_be_tried_again(graph: StandIn) -> None:
    graph.answer(502, b"<html>")

    error = refused(INSTAGRAM_LOGIN.refresh, ALONE, NOW)
    assert (error.retryable, error.needs_login) == (True, False)


WHO = [
    (AS_PAGE, f"/v26.0/{PAGE}/subscribed_apps", subscribing.PAGE_FIELDS, "998877665544332"),
    (BEHIND_PAGE, f"/v26.0/{PAGE}/subscribed_apps", subscribing.PAGE_FIELDS, "998877665544332"),
    (ALONE, "/v26.0/me/subscribed_apps", subscribing.INSTAGRAM_FIELDS, "112233445566"),
]


@pytest.mark.parametrize(("who", "path", "fields", "app"), WHO, ids=["page", "behind", "alone"])
def test_webhooks_are_asked_for_and_looked_at_again(
    graph: StandIn, who: Credentials, path: str, fields: tuple[str, ...], app: str
) -> None:
    login = FACEBOOK_LOGIN if who.login == "facebook" else INSTAGRAM_LOGIN
    assert login.subscribe is not None
    other = {"id": "1", "subscribed_fields": ["leadgen"]}
    answer(graph, SUCCESS, {"data": [other, {"id": app, "subscribed_fields": list(fields[:3])}]})

    # What the second look shows counts, not what was asked for.
    assert login.subscribe(who) == fields[:3]
    assert [one.method for one in graph.asked] == ["POST", "GET"]
    assert [asked(graph, number)[0] for number in (0, 1)] == [path, path]
    assert graph.asked[0].body == {"subscribed_fields": ",".join(fields)}


def test_an_app_that_is_not_in_the_list_is_subscribed_to_nothing(graph: StandIn) -> None:
    answer(graph, SUCCESS, {"data": [{"id": "1", "subscribed_fields": ["messages"]}]})

    assert subscribing.subscribe(AS_PAGE) == ()


def test_leaving_ends_the_webhooks_and_what_was_granted(graph: StandIn) -> None:
    answer(graph, SUCCESS, ABOUT, True)

    subscribing.unsubscribe(AS_PAGE)
    assert FACEBOOK_LOGIN.revoke is not None
    FACEBOOK_LOGIN.revoke(AS_PAGE)

    told = [(one.method, urlsplit(one.path).path) for one in graph.asked]
    assert told == [
        ("DELETE", f"/v26.0/{PAGE}/subscribed_apps"),
        ("GET", "/v26.0/debug_token"),
        ("DELETE", "/v26.0/1020304050/permissions"),
    ]
    assert INSTAGRAM_LOGIN.revoke is None


def test_a_look_at_a_page_shows_what_it_may_do(graph: StandIn) -> None:
    fields = {"data": [{"id": "998877665544332", "subscribed_fields": ["messages"]}]}
    answer(graph, ABOUT, fields, {"id": PAGE, "name": "Boutique"})

    seen = FACEBOOK_LOGIN.inspect(AS_PAGE)

    ends = {"data_access_expires_at": "2027-02-14T09:00:00+00:00"}
    scopes_ = ("pages_messaging", "pages_show_list")
    assert seen == Inspected(scopes_, ("messages",), "Boutique", "", ends)
    secret = "998877665544332|secret-de-test-flow-ia"
    assert graph.asked[0].headers["Authorization"] == f"Bearer {secret}"
    assert asked(graph, 0)[1]["input_token"] == "EAAB-page-invente"


@pytest.mark.parametrize(
    ("targets", "kept"),
    [({}, True), ({"target_ids": [PAGE]}, True), ({"target_ids": ["1"]}, False)],
)
def test_a_scope_for_other_pages_only_is_none(
    graph: StandIn, targets: dict[str, Any], kept: bool
) -> None:
    granular = [{"scope": "pages_messaging", **targets}]
    about = {"data": {**ABOUT["data"], "granular_scopes": granular}}
    answer(graph, about, {"data": []}, {"id": PAGE})

    found = FACEBOOK_LOGIN.inspect(AS_PAGE).scopes
    assert found is not None
    assert ("pages_messaging" in found) is kept


DEAD: list[tuple[Any, str]] = [
    ({"is_valid": False, "error": {"code": 190, "subcode": 460}}, "190/460"),
    ({"is_valid": False, "error": {"code": 190}}, "190"),
    ({"is_valid": False}, "190"),
]


@pytest.mark.parametrize(("about", "code"), DEAD, ids=range(len(DEAD)))
def test_a_look_at_a_dead_token_asks_for_its_owner(graph: StandIn, about: Any, code: str) -> None:
    answer(graph, {"data": about})

    error = refused(FACEBOOK_LOGIN.inspect, AS_PAGE)
    assert (error.code, error.needs_login) == (code, True)


def test_an_app_whose_secret_is_refused_costs_no_account_its_login(graph: StandIn) -> None:
    graph.answer(400, {"error": {"code": 190}})

    error = refused(FACEBOOK_LOGIN.inspect, AS_PAGE)
    assert (error.code, error.needs_login) == ("app_refused", False)


def test_an_answer_that_says_nothing_costs_no_account_its_login(graph: StandIn) -> None:
    answer(graph, {"data": {}})

    error = refused(FACEBOOK_LOGIN.inspect, AS_PAGE)
    assert (error.retryable, error.needs_login) == (True, False)


def test_a_look_at_an_instagram_account_shows_its_kind(graph: StandIn) -> None:
    answer(graph, ME, {"data": [{"subscribed_fields": ["messages"]}]})

    seen = INSTAGRAM_LOGIN.inspect(ALONE)

    assert seen == Inspected(
        None, ("messages",), "Boutique Exemple", "boutique_exemple", {"account_type": "BUSINESS"}
    )
