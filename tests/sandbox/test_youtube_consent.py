"""Google's page and tokens when YouTube is asked for."""

import jwt
import pytest
import requests

from sandbox import demo
from tests.sandbox import youtube
from tests.sandbox.conftest import Sandbox
from tests.sandbox.youtube import (
    CHANNEL,
    FORCE_SSL,
    OTHER_CHANNEL,
    READ_ONLY,
    SECOND_CHANNEL,
    YouTube,
    consent,
    revoke,
    token,
)

OWNER, NEWCOMER, WITHOUT_CHANNEL = (person.name for person in demo.GOOGLE_PEOPLE)
YES = ("Atelier Lumière", "Continuer")


@pytest.fixture(autouse=True)
def at_first(sandbox: Sandbox) -> None:
    sandbox.post("/youtube/reset")


def mine(sandbox: Sandbox, access_token: str) -> list[str]:
    answer = YouTube(sandbox, access_token).list("channels", mine="true")
    return [item["id"] for item in answer.get("items", [])]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((OWNER, "Atelier Lumière", "Continuer"), [CHANNEL]),
        ((OWNER, "Les coulisses", "Continuer"), [SECOND_CHANNEL]),
        ((NEWCOMER, "Café des Brumes", "Continuer"), [OTHER_CHANNEL]),
        ((WITHOUT_CHANNEL, "Continuer"), []),
    ],
)
def test_the_chosen_channel_is_the_one_that_the_token_opens(
    sandbox: Sandbox, words: tuple[str, ...], expected: list[str]
) -> None:
    back = consent(sandbox, *words)
    assert back["state"] == "state & more"
    answer = token(sandbox, code=back["code"]).json()
    assert (answer["scope"], answer["token_type"]) == (FORCE_SSL, "Bearer")
    assert answer["expires_in"] == 3599
    assert "refresh_token_expires_in" not in answer
    assert mine(sandbox, answer["access_token"]) == expected


def test_an_account_without_a_channel_has_no_items_at_all(sandbox: Sandbox) -> None:
    code = consent(sandbox, WITHOUT_CHANNEL, "Continuer")["code"]
    youtube = YouTube(sandbox, token(sandbox, code=code).json()["access_token"])
    assert "items" not in youtube.list("channels", mine="true")


@pytest.mark.parametrize("words", [("Refuser",), (OWNER, "Refuser"), (OWNER, YES[0], "Refuser")])
def test_consent_is_refused_on_any_page(sandbox: Sandbox, words: tuple[str, ...]) -> None:
    assert consent(sandbox, *words) == {"error": "access_denied", "state": "state & more"}


def test_an_unticked_scope_is_missing_from_the_token(sandbox: Sandbox) -> None:
    back = consent(sandbox, OWNER, YES[0], "Décocher", YES[1])
    assert back["scope"] == ""
    answer = token(sandbox, code=back["code"]).json()
    assert answer["scope"] == ""
    refused = YouTube(sandbox, answer["access_token"]).call("GET", "channels?part=id&mine=true")
    assert youtube.reason(refused) == (403, "insufficientPermissions")


def test_what_was_unticked_can_be_ticked_again(sandbox: Sandbox) -> None:
    back = consent(sandbox, OWNER, YES[0], "Décocher", "Cocher", YES[1])
    assert back["scope"] == FORCE_SSL


def test_reading_alone_does_not_open_comments(sandbox: Sandbox) -> None:
    code = consent(sandbox, OWNER, *YES, scope=READ_ONLY)["code"]
    seen = YouTube(sandbox, token(sandbox, code=code).json()["access_token"])
    assert seen.list("activities", mine="true")["items"]
    asked = f"commentThreads?part=id&allThreadsRelatedToChannelId={CHANNEL}"
    assert youtube.reason(seen.call("GET", asked)) == (403, "insufficientPermissions")


def test_who_one_is_comes_along_when_it_is_asked_for(sandbox: Sandbox) -> None:
    back = consent(sandbox, OWNER, *YES, scope=f"openid email {FORCE_SSL}")
    answer = token(sandbox, code=back["code"]).json()
    assert answer["scope"] == f"openid email {FORCE_SSL}"
    claims = jwt.decode(answer["id_token"], options={"verify_signature": False})
    assert claims["email"] == demo.OWNER_EMAIL


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"client_id": "another"}, "invalid_client"),
        ({"redirect_uri": "http://127.0.0.1:1/"}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "invalid_request"),
        ({"scope": "https://www.googleapis.com/auth/drive"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_wrong_question_is_answered_there(
    sandbox: Sandbox, changes: dict[str, str], word: str
) -> None:
    answer = youtube.ask(sandbox, **changes)
    assert answer.status_code == 400
    assert word in answer.text


def test_the_address_of_the_way_back_may_end_with_a_slash(sandbox: Sandbox) -> None:
    where = youtube.callback(sandbox) + "/"
    code = consent(sandbox, OWNER, *YES, redirect_uri=where)["code"]
    assert token(sandbox, code=code, redirect_uri=where).status_code == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"client_secret": "another"}, (401, "invalid_client")),
        ({"redirect_uri": "http://127.0.0.1:1/"}, (400, "redirect_uri_mismatch")),
        ({"code_verifier": "another"}, (400, "invalid_grant")),
        ({"code_verifier": ""}, (400, "invalid_grant")),
    ],
)
def test_the_exchange_checks_everything(
    sandbox: Sandbox, changes: dict[str, str], expected: tuple[int, str]
) -> None:
    answer = token(sandbox, **{"code": consent(sandbox, OWNER, *YES)["code"], **changes})
    assert (answer.status_code, answer.json()["error"]) == expected


def test_a_code_is_used_once(sandbox: Sandbox) -> None:
    code = consent(sandbox, OWNER, *YES)["code"]
    assert token(sandbox, code=code).status_code == 200
    assert token(sandbox, code=code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "first", "later"),
    [
        ({}, True, True),
        ({"prompt": "select_account"}, True, False),
        ({"access_type": "online"}, False, False),
    ],
)
def test_a_refresh_token_comes_with_offline_access_and_a_new_consent(
    sandbox: Sandbox, changes: dict[str, str], first: bool, later: bool
) -> None:
    for expected in (first, later):
        answer = token(sandbox, code=consent(sandbox, OWNER, *YES, **changes)["code"]).json()
        assert ("refresh_token" in answer) is expected


def test_a_refresh_brings_an_access_token_and_no_other(sandbox: Sandbox) -> None:
    given = youtube.grant(sandbox)
    answer = token(sandbox, refresh_token=given["refresh_token"]).json()
    assert set(answer) == {"access_token", "expires_in", "scope", "token_type"}
    assert answer["access_token"] != given["access_token"]
    assert mine(sandbox, answer["access_token"]) == mine(sandbox, given["access_token"])


def test_revoking_one_token_ends_the_whole_grant(sandbox: Sandbox) -> None:
    older, newer = youtube.grant(sandbox), youtube.grant(sandbox)
    other = youtube.grant(sandbox, channel=SECOND_CHANNEL)
    assert revoke(sandbox, older["access_token"]) == 200
    assert revoke(sandbox, older["access_token"]) == 400
    assert token(sandbox, refresh_token=newer["refresh_token"]).json()["error"] == "invalid_grant"
    refused = YouTube(sandbox, newer["access_token"]).call("GET", "channels?part=id&mine=true")
    assert youtube.reason(refused) == (401, "authError")
    assert refused.json()["error"]["status"] == "UNAUTHENTICATED"
    assert mine(sandbox, other["access_token"]) == [SECOND_CHANNEL]


def test_the_owner_takes_the_consent_back_and_gives_it_again(sandbox: Sandbox) -> None:
    given = youtube.grant(sandbox)
    assert sandbox.post("/youtube/revoke", channel=CHANNEL) == {"revoked": [CHANNEL]}
    assert token(sandbox, refresh_token=given["refresh_token"]).status_code == 400
    again = token(sandbox, code=consent(sandbox, OWNER, *YES, prompt="none")["code"]).json()
    assert "refresh_token" in again
    assert mine(sandbox, again["access_token"]) == [CHANNEL]


def test_access_tokens_end(sandbox: Sandbox) -> None:
    given = youtube.grant(sandbox)
    assert sandbox.post("/youtube/expire", channel=CHANNEL) == {"expired": 1}
    refused = YouTube(sandbox, given["access_token"]).call("GET", "channels?part=id&mine=true")
    assert youtube.reason(refused) == (401, "authError")
    fresh = token(sandbox, refresh_token=given["refresh_token"]).json()["access_token"]
    assert mine(sandbox, fresh) == [CHANNEL]


def test_a_consent_for_a_limited_time_says_so_and_ends(sandbox: Sandbox) -> None:
    sandbox.post("/youtube/options", refresh_token_seconds=604799, now="2026-11-16T09:00:00Z")
    given = youtube.grant(sandbox)
    assert given["refresh_token_expires_in"] == 604799
    sandbox.post("/youtube/options", now="2026-11-23T08:59:58Z")
    assert token(sandbox, refresh_token=given["refresh_token"]).status_code == 200
    sandbox.post("/youtube/options", now="2026-11-23T09:00:00Z")
    assert token(sandbox, refresh_token=given["refresh_token"]).json()["error"] == "invalid_grant"


def test_of_too_many_refresh_tokens_the_oldest_is_dropped(sandbox: Sandbox) -> None:
    sandbox.post("/youtube/options", max_refresh_tokens=2)
    given = [youtube.grant(sandbox)["refresh_token"] for _ in range(3)]
    assert [token(sandbox, refresh_token=one).status_code for one in given] == [400, 200, 200]


def test_earlier_scopes_are_kept_on_request(sandbox: Sandbox) -> None:
    youtube.grant(sandbox, scope=READ_ONLY)
    changes = {"scope": FORCE_SSL, "include_granted_scopes": "true"}
    answer = token(sandbox, code=consent(sandbox, OWNER, *YES, **changes)["code"]).json()
    assert set(answer["scope"].split()) == {READ_ONLY, FORCE_SSL}


def test_a_refresh_whose_answer_is_late_was_carried_out(sandbox: Sandbox) -> None:
    given = youtube.grant(sandbox)
    fault = {"service": "google", "kind": "timeout_after_acceptance", "seconds": 0.1}
    sandbox.post("/faults", **fault)
    assert token(sandbox, refresh_token=given["refresh_token"]).status_code == 200
    [call] = sandbox.get("/calls", service="google")["calls"]
    assert (call["operation"], call["fault"]) == ("token", "timeout_after_acceptance")
    assert len(sandbox.get("/youtube/tokens")["tokens"]) == 3


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"reason": "invalid_client"}, (401, "invalid_client")),
        ({"reason": "invalid_grant"}, (400, "invalid_grant")),
        ({"reason": "internal_failure", "status": 503}, (503, "internal_failure")),
    ],
)
def test_google_refuses_a_refresh_for_any_reason_and_the_token_lives_on(
    sandbox: Sandbox, told: dict[str, object], expected: tuple[int, str]
) -> None:
    given = youtube.grant(sandbox)
    sandbox.post("/faults", service="google", kind="error", operation="token", **told)
    answer = token(sandbox, refresh_token=given["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == expected
    assert token(sandbox, refresh_token=given["refresh_token"]).status_code == 200


def test_an_answer_is_lost_on_the_way_after_a_refresh(sandbox: Sandbox) -> None:
    given = youtube.grant(sandbox)
    sandbox.post("/faults", service="google", kind="lost_after_acceptance", operation="token")
    with pytest.raises(requests.ConnectionError):
        token(sandbox, refresh_token=given["refresh_token"])
    assert len(sandbox.get("/youtube/tokens")["tokens"]) == 3
