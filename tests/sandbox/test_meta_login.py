"""Meta's logins: the two dialogs, codes, tokens, what was granted, and how it ends."""

import re
from typing import Any

import pytest
import requests

from sandbox import demo
from tests.sandbox.conftest import Sandbox
from tests.sandbox.meta import (
    APP,
    FACEBOOK_PATH,
    INSTAGRAM_APP,
    INSTAGRAM_PATH,
    call,
    callback,
    came_back,
    dialog,
    error_of,
    graph,
    instagram_token,
    log_in,
    pages_of,
    user_token,
)
from tests.sandbox.test_meta import send

REFRESH = {"grant_type": "ig_refresh_token"}


def press(sandbox: Sandbox, path: str, **form: Any) -> str:
    """Post the dialog's form as a browser does, with what is ticked; where it leads."""
    browser, address = requests.Session(), dialog(sandbox, path)
    page = browser.get(address, timeout=5)
    assert f"form-action 'self' {sandbox.product.url}" in page.headers["Content-Security-Policy"]
    secret = browser.cookies["sandbox_csrf"]
    answer = browser.post(
        address, data={**form, "csrfmiddlewaretoken": secret}, timeout=5, allow_redirects=False
    )
    assert answer.status_code == 302
    return answer.headers["Location"]


@pytest.mark.parametrize(
    ("path", "boxes"), [(FACEBOOK_PATH, 3 + 10), (INSTAGRAM_PATH, 1 + 3)], ids=["fb", "ig"]
)
def test_a_dialog_has_everything_ticked_at_first(sandbox: Sandbox, path: str, boxes: int) -> None:
    page = requests.get(dialog(sandbox, path), timeout=5)
    assert len(re.findall(r"<input [^>]*\bchecked\b", page.text)) == boxes
    assert "Continuer" in page.text


def test_the_form_leads_back_with_what_was_ticked(sandbox: Sandbox) -> None:
    location = press(
        sandbox,
        FACEBOOK_PATH,
        account=[demo.PAGE_ID, demo.THIRD_PAGE_ID],
        scope=["pages_show_list", "pages_messaging"],
    )
    assert location.startswith(callback(sandbox) + "?")
    back = came_back(location)
    assert back["state"] == "state & more"
    query = {"code": back["code"], "redirect_uri": callback(sandbox), **APP}
    short = graph(sandbox, "oauth/access_token", **query)["access_token"]
    assert list(pages_of(sandbox, short)) == [demo.PAGE_ID, demo.THIRD_PAGE_ID]


def test_instagrams_address_ends_with_its_fragment(sandbox: Sandbox) -> None:
    location = press(sandbox, INSTAGRAM_PATH, account=demo.SECOND_INSTAGRAM_ID)
    assert location.endswith("#_")
    assert came_back(location)["state"] == "state & more"


@pytest.mark.parametrize("path", [FACEBOOK_PATH, INSTAGRAM_PATH])
def test_whoever_cancels_comes_back_with_an_error(sandbox: Sandbox, path: str) -> None:
    back = came_back(press(sandbox, path, cancel="1"))
    assert back["error"] == "access_denied"
    assert back["error_reason"] == "user_denied"
    assert back["error_description"]
    assert back["state"] == "state & more"


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        (FACEBOOK_PATH, {"client_id": demo.INSTAGRAM_APP_ID}),
        (INSTAGRAM_PATH, {"client_id": demo.APP_ID}),
        (FACEBOOK_PATH, {"redirect_uri": "http://127.0.0.1:1/social-accounts/meta/callback"}),
        (FACEBOOK_PATH, {"response_type": "token"}),
        (FACEBOOK_PATH, {"state": ""}),
        (FACEBOOK_PATH, {"scope": "pages_messaging,nonsense"}),
        (INSTAGRAM_PATH, {"scope": "business_basic"}),
    ],
)
def test_a_wrong_question_is_answered_there(
    sandbox: Sandbox, path: str, changes: dict[str, str]
) -> None:
    answer = requests.get(dialog(sandbox, path, **changes), timeout=5)
    assert answer.status_code == 400
    assert 'name="continue"' not in answer.text


def test_the_callback_is_known_with_and_without_its_slash(sandbox: Sandbox) -> None:
    address = dialog(sandbox, redirect_uri=callback(sandbox) + "/")
    assert requests.get(address, timeout=5).status_code == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code": "another"}, (100, 36009)),
        ({"redirect_uri": "http://127.0.0.1:1/"}, (100, 36008)),
        ({"redirect_uri": ""}, (191, None)),
        ({"client_secret": "another"}, (1, None)),
        ({"client_id": demo.INSTAGRAM_APP_ID}, (1, None)),
    ],
)
def test_the_exchange_checks_everything(
    sandbox: Sandbox, changes: dict[str, str], expected: tuple[int, int | None]
) -> None:
    query = {"code": log_in(sandbox), "redirect_uri": callback(sandbox), **APP, **changes}
    assert error_of(call(sandbox, "GET", "oauth/access_token", **query)) == expected


def test_a_code_is_used_once(sandbox: Sandbox) -> None:
    query = {"code": log_in(sandbox), "redirect_uri": callback(sandbox), **APP}
    assert call(sandbox, "GET", "oauth/access_token", **query).ok
    again = call(sandbox, "GET", "oauth/access_token", **query)
    assert error_of(again) == (100, 36009)


def test_a_code_does_not_wait_for_ever(sandbox: Sandbox) -> None:
    query = {"code": log_in(sandbox), "redirect_uri": callback(sandbox), **APP}
    sandbox.post("/meta/tokens", account=demo.PAGE_ID, older_hours=1)
    assert error_of(call(sandbox, "GET", "oauth/access_token", **query)) == (100, 36007)


def test_a_code_whose_answer_was_lost_is_gone(sandbox: Sandbox) -> None:
    query = {"code": log_in(sandbox), "redirect_uri": callback(sandbox), **APP}
    sandbox.post("/faults", service="graph", kind="lost_after_acceptance", operation="token")
    with pytest.raises(requests.ConnectionError):
        call(sandbox, "GET", "oauth/access_token", **query)
    assert error_of(call(sandbox, "GET", "oauth/access_token", **query)) == (100, 36009)


def test_what_was_unticked_is_declined_and_refused(sandbox: Sandbox) -> None:
    user = user_token(sandbox, declined=["pages_messaging"])
    rows = graph(sandbox, "me/permissions", user)["data"]
    status = {row["permission"]: row["status"] for row in rows}
    assert status["pages_messaging"] == "declined"
    assert status["pages_manage_metadata"] == "granted"
    page = pages_of(sandbox, user)[demo.PAGE_ID]
    refused = call(
        sandbox, "POST", f"{demo.PAGE_ID}/subscribed_apps", page, subscribed_fields="messages"
    )
    assert (refused.status_code, error_of(refused)) == (403, (200, None))


def test_without_the_list_no_page_is_shown(sandbox: Sandbox) -> None:
    assert pages_of(sandbox, user_token(sandbox, declined=["pages_show_list"])) == {}


def test_instagram_is_shown_only_with_its_scope(sandbox: Sandbox) -> None:
    shown = "id,instagram_business_account{id,username}"
    for declined, expected in (([], demo.INSTAGRAM_ID), (["instagram_basic"], None)):
        user = user_token(sandbox, accounts=[demo.PAGE_ID], declined=declined)
        [page] = graph(sandbox, "me/accounts", user, fields=shown)["data"]
        assert page.get("instagram_business_account", {}).get("id") == expected
        assert set(page) <= {"id", "instagram_business_account"}


def test_the_pages_come_page_by_page(sandbox: Sandbox) -> None:
    sandbox.post("/options", page_size=2)
    first = graph(sandbox, "me/accounts", user_token(sandbox), limit=100)
    second = requests.get(first["paging"]["next"], timeout=5).json()
    assert [len(first["data"]), len(second["data"])] == [2, 1]


def test_page_tokens_have_no_end_when_they_come_from_a_long_one(sandbox: Sandbox) -> None:
    query = {"code": log_in(sandbox), "redirect_uri": callback(sandbox), **APP}
    short = graph(sandbox, "oauth/access_token", **query)["access_token"]
    own = f"{demo.APP_ID}|{demo.APP_SECRET}"
    ends = {}
    for name, user in (("short", short), ("long", user_token(sandbox))):
        page = pages_of(sandbox, user)[demo.PAGE_ID]
        data = graph(sandbox, "debug_token", own, input_token=page)["data"]
        assert (data["type"], data["is_valid"]) == ("PAGE", True)
        ends[name] = data["expires_at"]
    assert ends["long"] == 0 < ends["short"]


def test_instagram_answers_a_code_with_a_number(sandbox: Sandbox) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": log_in(sandbox, INSTAGRAM_PATH),
        "redirect_uri": callback(sandbox),
        **INSTAGRAM_APP,
    }
    url = f"{sandbox.url}/instagram/oauth/access_token"
    said = requests.post(url, data=form, timeout=5).json()
    assert said["user_id"] == int(demo.INSTAGRAM_ID)
    assert said["permissions"] == list(demo.INSTAGRAM_SCOPES)
    again = requests.post(url, data=form, timeout=5)
    assert (again.status_code, again.json()["error_type"]) == (400, "OAuthException")


def test_instagram_names_its_account_by_two_ids(sandbox: Sandbox) -> None:
    token = instagram_token(sandbox, accounts=[demo.SECOND_INSTAGRAM_ID])
    me = graph(sandbox, "/me", token, fields="id,user_id,username,account_type")
    assert me == {
        "id": "26011223344998877",
        "user_id": demo.SECOND_INSTAGRAM_ID,
        "username": demo.SECOND_INSTAGRAM_USERNAME,
        "account_type": "MEDIA_CREATOR",
    }


def test_an_instagram_token_is_renewed_when_it_is_a_day_old(sandbox: Sandbox) -> None:
    token = instagram_token(sandbox)
    too_young = call(sandbox, "GET", "/refresh_access_token", access_token=token, **REFRESH)
    assert error_of(too_young) == (100, None)
    sandbox.post("/meta/tokens", account=demo.INSTAGRAM_ID, older_hours=25)
    fresh = graph(sandbox, "/refresh_access_token", access_token=token, **REFRESH)
    assert fresh["access_token"] != token
    sandbox.post("/options", instagram_refresh_hours=0)
    at_once = {"access_token": fresh["access_token"], **REFRESH}
    assert call(sandbox, "GET", "/refresh_access_token", **at_once).ok


def test_an_instagram_token_ends_after_sixty_days(sandbox: Sandbox) -> None:
    token = instagram_token(sandbox)
    sandbox.post("/meta/tokens", account=demo.INSTAGRAM_ID, older_hours=24 * 61)
    refused = call(sandbox, "GET", "/refresh_access_token", access_token=token, **REFRESH)
    assert error_of(refused) == (190, 463)


@pytest.mark.parametrize(
    ("path", "token"), [("me", demo.INSTAGRAM_TOKEN), ("/me", demo.PAGE_TOKEN)]
)
def test_each_host_knows_its_own_tokens_only(sandbox: Sandbox, path: str, token: str) -> None:
    assert error_of(call(sandbox, "GET", path, token)) == (190, None)


def test_a_revoked_account_is_dead_until_the_next_login(sandbox: Sandbox) -> None:
    page = pages_of(sandbox, user_token(sandbox))[demo.PAGE_ID]
    assert sandbox.post("/meta/revoke", account=demo.PAGE_ID)["tokens"] == 2
    for token in (page, demo.PAGE_TOKEN):
        assert error_of(send(sandbox, "70123456789012345", token=token)) == (190, 460)
        assert error_of(call(sandbox, "GET", "me", token)) == (190, 460)
    other = demo.page_token(demo.SECOND_PAGE_ID)
    assert call(sandbox, "GET", "me", other).ok
    again = pages_of(sandbox, user_token(sandbox))[demo.PAGE_ID]
    assert again != page
    assert call(sandbox, "GET", "me", again).ok


def test_an_instagram_account_is_revoked_by_its_own_login_or_its_pages(sandbox: Sandbox) -> None:
    own = instagram_token(sandbox)
    sandbox.post("/meta/revoke", account=demo.INSTAGRAM_ID)
    assert error_of(call(sandbox, "GET", "/me", own)) == (190, 460)
    assert call(sandbox, "GET", "me", demo.PAGE_TOKEN).ok
    sandbox.post("/meta/revoke", account=demo.INSTAGRAM_ID, login="facebook")
    assert error_of(call(sandbox, "GET", "me", demo.PAGE_TOKEN)) == (190, 460)


def test_removing_the_app_ends_every_token_and_webhook(sandbox: Sandbox) -> None:
    user = user_token(sandbox)
    page = pages_of(sandbox, user)[demo.PAGE_ID]
    assert call(sandbox, "DELETE", "me/permissions", user).json() == {"success": True}
    for token in (user, page, demo.PAGE_TOKEN):
        assert error_of(call(sandbox, "GET", "me", token)) == (190, 458)
    own = f"{demo.APP_ID}|{demo.APP_SECRET}"
    told = graph(sandbox, "debug_token", own, input_token=page)["data"]
    assert (told["is_valid"], told["error"]["subcode"]) == (False, 458)


def test_the_apps_own_token_removes_the_app_for_a_person(sandbox: Sandbox) -> None:
    page = pages_of(sandbox, user_token(sandbox))[demo.PAGE_ID]
    own = f"{demo.APP_ID}|{demo.APP_SECRET}"
    path = f"{demo.USER_ID}/permissions"
    assert call(sandbox, "DELETE", path, own).json() == {"success": True}
    assert error_of(call(sandbox, "GET", "me", page)) == (190, 458)


def test_a_scope_holds_for_the_accounts_that_were_ticked(sandbox: Sandbox) -> None:
    user = user_token(sandbox, accounts=[demo.PAGE_ID, demo.SECOND_PAGE_ID])
    own = f"{demo.APP_ID}|{demo.APP_SECRET}"
    rows = graph(sandbox, "debug_token", own, input_token=user)["data"]["granular_scopes"]
    targets = {row["scope"]: row.get("target_ids") for row in rows}
    assert targets["pages_messaging"] == [demo.PAGE_ID, demo.SECOND_PAGE_ID]
    assert targets["instagram_manage_messages"] == [demo.INSTAGRAM_ID]
    assert targets["business_management"] is None


def test_one_permission_can_be_taken_back(sandbox: Sandbox) -> None:
    user = user_token(sandbox)
    call(sandbox, "DELETE", "me/permissions/pages_messaging", user)
    rows = graph(sandbox, "me/permissions", user)["data"]
    assert {"permission": "pages_messaging", "status": "declined"} in rows


def test_the_product_is_told_when_asked(sandbox: Sandbox) -> None:
    sandbox.post("/meta/revoke", account=demo.PAGE_ID, deauthorize=True)
    [(raw, headers)] = sandbox.product.posts
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert raw.startswith(b"signed_request=")


FIELDS = [
    (demo.PAGE_TOKEN, "me", "messages,message_edits,messaging_handovers,feed", True),
    (demo.PAGE_TOKEN, "me", "messages,message_edit", False),
    (demo.PAGE_TOKEN, "me", "messages,comments", False),
    (demo.INSTAGRAM_TOKEN, "/me", "messages,message_edit,messaging_seen,comments", True),
    (demo.INSTAGRAM_TOKEN, "/me", "messages,message_echoes", False),
]


@pytest.mark.parametrize(("token", "node", "fields", "known"), FIELDS)
def test_the_names_of_webhook_fields_differ(
    sandbox: Sandbox, token: str, node: str, fields: str, known: bool
) -> None:
    path = f"{node}/subscribed_apps"
    answer = call(sandbox, "POST", path, token, subscribed_fields=fields)
    if not known:
        assert error_of(answer) == (100, None)
        return
    assert answer.json() == {"success": True}
    [app] = graph(sandbox, path, token)["data"]
    assert app["subscribed_fields"] == fields.split(",")
    call(sandbox, "DELETE", path, token)
    assert graph(sandbox, path, token)["data"] == []
