"""TikTok's stand-in: the consent page, tokens and their rotation, signatures, faults."""

import hashlib
import hmac
import html
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from sandbox import demo
from sandbox.__main__ import environment_lines
from sandbox.tiktok import events, service
from sandbox.tiktok.consent import SCOPES
from sandbox.tiktok.people import CANADA, FRANCE, PERSONAL
from tests.sandbox.conftest import Sandbox
from tests.sandbox.tiktok import APP, Connected, Json

# The vector of the fact sheet, section 11.
SECRET = "secret-tiktok-de-test"
BODY = (
    rb'{"client_key":"7400000000000000001","event":"im_receive_msg","create_time":1794819600,'
    rb'"user_openid":"_000inventeBusinessOpenId01","content":"{\"from\":\"zoe.martin\",\"to\":'
    rb"\"boutique_exemple\",\"unique_identifier\":\"uniq_invente_7788\",\"from_user\":{\"id\":"
    rb"\"uniq_invente_7788\",\"role\":\"personal_account\"},\"to_user\":{\"id\":"
    rb"\"_000inventeBusinessOpenId01\",\"role\":\"business_account\"},\"conversation_id\":"
    rb"\"a1AbCdEfGhIj2+kLm3Nop/Q==\",\"timestamp\":1794819600000,\"message_id\":"
    rb'\"Msg+fr/0001==\",\"type\":\"text\",\"text\":{\"body\":\"Bonjour\"}}"}'
)
SIGNATURE = "t=1794819600,s=3a4661ec6ef200100704e8ee966b66f1754e10256ac96e0601ae63eb2db8dae1"


@pytest.fixture
def tiktok(sandbox: Sandbox) -> Connected:
    return Connected(sandbox)


@pytest.fixture
def empty(sandbox: Sandbox) -> Sandbox:
    sandbox.delete("/tiktok/state")
    return sandbox


def consent(sandbox: Sandbox, **changes: str) -> requests.Response:
    query = {
        "client_key": demo.TIKTOK_APP_ID,
        "redirect_uri": f"{sandbox.product.url}/social-accounts/tiktok/callback/",
        "response_type": "code",
        "scope": ",".join(SCOPES),
        "state": "state & more",
        "disable_auto_auth": "1",
        **changes,
    }
    address = f"{sandbox.url}/tiktok/v2/auth/authorize/?{urlencode(query)}"
    return requests.get(address, allow_redirects=False, timeout=5)


def follow(sandbox: Sandbox, page: requests.Response, words: str) -> requests.Response:
    links = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', page.text, re.DOTALL)
    [address] = [html.unescape(link) for link, inside in links if words in inside]
    return requests.get(f"{sandbox.url}{address}", allow_redirects=False, timeout=5)


def back(sandbox: Sandbox, answer: requests.Response) -> dict[str, str]:
    assert answer.headers["Location"].startswith(
        f"{sandbox.product.url}/social-accounts/tiktok/callback"
    )
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def allow(sandbox: Sandbox, account: str, *refused: str, **changes: str) -> dict[str, str]:
    page = follow(sandbox, consent(sandbox, **changes), account)
    for scope in refused:
        page = follow(sandbox, page, f"<code>{scope}</code>")
    return back(sandbox, follow(sandbox, page, "Autoriser"))


def call(sandbox: Sandbox, path: str, **body: Any) -> Json:
    url = f"{sandbox.url}/tiktok/open_api/v1.3/{path}"
    answer: Json = requests.post(url, json=body, timeout=5).json()
    return answer


def exchange(sandbox: Sandbox, code: str, **changes: str) -> Json:
    form = {
        "grant_type": "authorization_code",
        "auth_code": code,
        "redirect_uri": f"{sandbox.product.url}/social-accounts/tiktok/callback/",
        **APP,
        **changes,
    }
    return call(sandbox, "tt_user/oauth2/token/", **form)


def refresh(sandbox: Sandbox, refresh_token: str, **changes: str) -> Json:
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **APP, **changes}
    return call(sandbox, "tt_user/oauth2/refresh_token/", **form)


def test_the_signature_is_that_of_the_fact_sheet() -> None:
    headers = events.headers_for(BODY, at=1794819600, secret=SECRET)
    assert headers["TikTok-Signature"] == SIGNATURE


def test_every_event_is_signed_over_its_time_and_raw_bytes(tiktok: Connected) -> None:
    tiktok.do("say", text="Ça coûte combien ? 👍")
    raw, headers = tiktok.sandbox.wait_for_posts(1)[0]
    parts = dict(part.split("=", 1) for part in headers["TikTok-Signature"].split(","))
    signed = f"{parts['t']}.".encode() + raw
    expected = hmac.new(demo.TIKTOK_APP_SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert parts["s"] == expected


def test_an_owner_who_unticks_scopes_gives_the_others(empty: Sandbox) -> None:
    told = allow(empty, FRANCE.display_name, "message.list.read", "message.list.send")
    assert told["state"] == "state & more"
    data = exchange(empty, told["code"])["data"]
    kept = [name for name in SCOPES if name not in ("message.list.read", "message.list.send")]
    assert data["scope"] == told["scopes"] == ",".join(kept)
    assert (data["open_id"], data["token_type"]) == (FRANCE.open_id, "Bearer")
    assert (data["expires_in"], data["refresh_token_expires_in"]) == (86_400, 31_536_000)


def test_whoever_refuses_comes_back_with_an_error(empty: Sandbox) -> None:
    told = back(empty, follow(empty, consent(empty), "Refuser"))
    assert (told["error"], told["state"]) == ("access_denied", "state & more")
    assert told["error_description"]


def test_an_owner_who_comes_again_is_sent_back_unless_it_is_forbidden(empty: Sandbox) -> None:
    exchange(empty, allow(empty, CANADA.display_name)["code"])
    assert consent(empty).status_code == 200
    again = exchange(empty, back(empty, consent(empty, disable_auto_auth="0"))["code"])
    assert again["data"]["open_id"] == CANADA.open_id


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"client_key": "another"}, "client_key"),
        ({"redirect_uri": "http://127.0.0.1:1/social-accounts/tiktok/callback"}, "redirect_uri"),
        ({"response_type": "token"}, "response_type"),
        ({"scope": "comment.list video.list"}, "scope"),
        ({"scope": ""}, "scope"),
    ],
)
def test_a_wrong_question_is_answered_there(
    empty: Sandbox, changes: dict[str, str], word: str
) -> None:
    page = consent(empty, **changes)
    assert page.status_code == 400
    assert word in page.text


def test_the_address_may_end_without_a_slash(empty: Sandbox) -> None:
    address = f"{empty.product.url}/social-accounts/tiktok/callback"
    code = allow(empty, CANADA.display_name, redirect_uri=address)["code"]
    assert exchange(empty, code)["code"] == 40002
    assert exchange(empty, code, redirect_uri=address)["code"] == 0


def test_a_code_is_used_once(empty: Sandbox) -> None:
    code = allow(empty, CANADA.display_name)["code"]
    assert exchange(empty, code)["code"] == 0
    assert exchange(empty, code)["code"] == 40110


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "another"}, 40113),
        ({"client_secret": "another"}, 40113),
        ({"grant_type": "password"}, 40002),
        ({"auth_code": "another"}, 40110),
        ({"auth_code": ""}, 40002),
    ],
)
def test_the_exchange_checks_everything(empty: Sandbox, changes: dict[str, str], code: int) -> None:
    allowed = allow(empty, CANADA.display_name)["code"]
    assert exchange(empty, allowed, **changes)["code"] == code


def test_a_refresh_ends_the_old_refresh_token_at_once(tiktok: Connected) -> None:
    first = tiktok.pair["refresh_token"]
    pair = refresh(tiktok.sandbox, first)["data"]
    assert pair["refresh_token"] != first
    assert refresh(tiktok.sandbox, first)["code"] == 40107
    assert refresh(tiktok.sandbox, pair["refresh_token"])["code"] == 0
    assert tiktok.get("business/get/")["code"] == 0


def test_of_two_refreshes_at_once_one_is_too_late(tiktok: Connected) -> None:
    with ThreadPoolExecutor(4) as pool:
        tokens = [tiktok.pair["refresh_token"]] * 4
        answers = list(pool.map(lambda token: refresh(tiktok.sandbox, token)["code"], tokens))
    assert sorted(answers) == [0, 40107, 40107, 40107]


def test_a_refresh_may_end_the_old_access_token_as_well(tiktok: Connected) -> None:
    tiktok.do_options(refresh_ends_access=True)
    tiktok_pair = refresh(tiktok.sandbox, tiktok.pair["refresh_token"])["data"]
    assert tiktok.get("business/get/")["code"] == 40105
    tiktok.token = tiktok_pair["access_token"]
    assert tiktok.get("business/get/")["code"] == 0


def test_a_refresh_may_answer_with_the_same_refresh_token(tiktok: Connected) -> None:
    tiktok.do_options(new_refresh_token=False)
    first = tiktok.pair["refresh_token"]
    assert refresh(tiktok.sandbox, first)["data"]["refresh_token"] == first
    assert refresh(tiktok.sandbox, first)["code"] == 0


def test_a_refresh_does_not_begin_the_year_again(tiktok: Connected) -> None:
    tiktok.do_options(refresh_seconds=5000)
    pair = refresh(tiktok.sandbox, tiktok.pair["refresh_token"])["data"]
    assert 31_535_000 < pair["refresh_token_expires_in"] <= 31_536_000
    tiktok.do_options(refresh_renews_year=True)
    again = refresh(tiktok.sandbox, pair["refresh_token"])["data"]
    assert again["refresh_token_expires_in"] in (4999, 5000)


@pytest.mark.parametrize(("token", "codes"), [("access", (40102, 0)), ("both", (40102, 40103))])
def test_tokens_end(tiktok: Connected, token: str, codes: tuple[int, int]) -> None:
    tiktok.do("expire", token=token)
    refreshed = refresh(tiktok.sandbox, tiktok.pair["refresh_token"])["code"]
    assert (tiktok.get("business/get/")["code"], refreshed) == codes


def test_a_refresh_whose_answer_is_lost_has_happened(tiktok: Connected) -> None:
    tiktok.sandbox.post("/faults", service="tiktok", kind="lost_after_acceptance")
    with pytest.raises(requests.ConnectionError):
        refresh(tiktok.sandbox, tiktok.pair["refresh_token"])
    assert refresh(tiktok.sandbox, tiktok.pair["refresh_token"])["code"] == 40107


def test_a_token_tells_whose_it_is_until_it_is_revoked(tiktok: Connected) -> None:
    about = {"app_id": demo.TIKTOK_APP_ID, "access_token": tiktok.token}
    told = call(tiktok.sandbox, "tt_user/token_info/get/", **about)["data"]
    assert (told["creator_id"], told["scope"]) == (CANADA.open_id, ",".join(SCOPES))
    ended = call(tiktok.sandbox, "tt_user/oauth2/revoke/", access_token=tiktok.token, **APP)
    assert ended["code"] == 0
    assert call(tiktok.sandbox, "tt_user/token_info/get/", **about)["code"] == 40105
    assert refresh(tiktok.sandbox, tiktok.pair["refresh_token"])["code"] == 40107


def test_an_owner_who_takes_access_back_is_told_of(tiktok: Connected) -> None:
    assert tiktok.do("revoke", reason=2) == {"ended": 1, "status": 200}
    envelope, content = tiktok.event()
    assert (envelope["event"], content) == ("authorization.removed", {"reason": 2})
    assert envelope["user_openid"] == CANADA.open_id
    assert tiktok.get("business/get/")["code"] == 40105


def test_without_a_token_or_with_anothers_nothing_is_told(tiktok: Connected) -> None:
    assert tiktok.get("business/get/", business_id=FRANCE.open_id)["code"] == 40001
    for token, code in (("", 40104), ("act.another", 40105)):
        tiktok.token = token
        assert tiktok.get("business/get/")["code"] == code


def test_an_address_without_its_last_slash_is_a_404_page(tiktok: Connected) -> None:
    answer = requests.get(tiktok.url("business/get"), timeout=5)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_fields_need_their_scopes(sandbox: Sandbox) -> None:
    limited = Connected(sandbox, PERSONAL.username, "user.info.basic,user.account.type")
    fields = '["display_name","is_business_account"]'
    told = limited.get("business/get/", fields=fields)["data"]
    assert told == {"display_name": PERSONAL.display_name, "is_business_account": False}
    assert limited.get("business/get/", fields='["username"]')["code"] == 40001
    assert limited.get("business/get/", fields="username")["code"] == 40002
    assert limited.get("business/video/list/")["code"] == 40001


@pytest.mark.parametrize("code", [code for code in service.SENTENCES if code])
def test_every_code_of_the_fact_sheet_can_be_provoked(tiktok: Connected, code: int) -> None:
    tiktok.sandbox.post("/faults", service="tiktok", kind="error", code=code)
    told = tiktok.get("business/get/")
    assert told["code"] == code
    assert told["message"]
    assert tiktok.get("business/get/")["code"] == 0


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("rate_limited", 200, 40100),
        ("server_error", 500, 50000),
        ("revoked_token", 200, 40105),
        ("bad_gateway", 502, None),
        ("not_json", 200, None),
    ],
)
def test_tiktok_fails_on_request(
    tiktok: Connected, kind: str, status: int, code: int | None
) -> None:
    tiktok.sandbox.post("/faults", service="tiktok", kind=kind)
    query = {"business_id": tiktok.open_id}
    headers = {"Access-Token": tiktok.token}
    answer = requests.get(tiktok.url("business/get/"), query, headers=headers, timeout=5)
    assert answer.status_code == status
    assert "Retry-After" not in answer.headers
    assert (answer.json()["code"] if code else None) == code


def test_a_minute_has_so_many_calls_of_one_address(tiktok: Connected) -> None:
    tiktok.do_options(calls_per_minute=2)
    codes = [tiktok.get("business/get/")["code"] for _ in range(3)]
    assert codes == [0, 0, 40100]
    assert tiktok.get("business/video/list/")["code"] == 0


def test_options_are_listed_and_checked(tiktok: Connected) -> None:
    assert "an option is one of" in tiktok.do_options(nothing=True)["error"]
    assert "error" in tiktok.do_options(webhooks=1)
    assert tiktok.do_options(webhooks=False)["webhooks"] is False
    tiktok.sandbox.delete("/tiktok/options")
    assert tiktok.sandbox.get("/tiktok/options")["webhooks"] is True


def test_another_site_cannot_make_a_browser_speak(tiktok: Connected) -> None:
    for path in ("say", "revoke", "grant"):
        url = f"{tiktok.sandbox.url}/tiktok/{path}"
        assert requests.post(url, data='{"text": "x"}', timeout=5).status_code == 400
    assert requests.post(f"{tiktok.sandbox.url}/tiktok/act", timeout=5).status_code == 403


def test_the_demo_is_pointed_here() -> None:
    lines = environment_lines().splitlines()
    for name in ("TIKTOK_OAUTH_URL", "TIKTOK_API_URL"):
        assert [line for line in lines if line.startswith(f"{name}=http://127.0.0.1:")]
