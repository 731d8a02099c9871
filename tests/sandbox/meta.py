"""What the tests of Meta's stand-in share: logging in without a browser, calling Graph."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from sandbox import demo
from tests.sandbox.conftest import Sandbox

APP = {"client_id": demo.APP_ID, "client_secret": demo.APP_SECRET}
INSTAGRAM_APP = {
    "client_id": demo.INSTAGRAM_APP_ID,
    "client_secret": demo.INSTAGRAM_APP_SECRET,
}
FACEBOOK_PATH, INSTAGRAM_PATH = "/facebook/v26.0/dialog/oauth", "/instagram/oauth/authorize"


def callback(sandbox: Sandbox) -> str:
    return f"{sandbox.product.url}/social-accounts/meta/callback"


def dialog(sandbox: Sandbox, path: str = FACEBOOK_PATH, **changes: str) -> str:
    """Return the address to which the product would send a browser."""
    instagram = path == INSTAGRAM_PATH
    asked = {
        "client_id": demo.INSTAGRAM_APP_ID if instagram else demo.APP_ID,
        "redirect_uri": callback(sandbox),
        "response_type": "code",
        "scope": ",".join(demo.INSTAGRAM_SCOPES if instagram else demo.FACEBOOK_SCOPES),
        "state": "state & more",
        **changes,
    }
    return f"{sandbox.url}{path}?{urlencode(asked)}"


def came_back(location: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(location).query))


def log_in(sandbox: Sandbox, path: str = FACEBOOK_PATH, **ticked: Any) -> str:
    """Return the code of a login with what was ticked (`accounts`, `declined`)."""
    location = sandbox.post("/meta/login", url=dialog(sandbox, path), **ticked)["location"]
    return came_back(location)["code"]


def graph(sandbox: Sandbox, path: str, token: str = "", **query: Any) -> Any:
    return call(sandbox, "GET", path, token, **query).json()


def call(
    sandbox: Sandbox, method: str, path: str, token: str = "", **query: Any
) -> requests.Response:
    """Call Graph; a path that begins with `/` is on Instagram's own host."""
    host = "graph-instagram" if path.startswith("/") else "graph"
    url = f"{sandbox.url}/{host}/v26.0/{path.lstrip('/')}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.request(method, url, params=query, headers=headers, timeout=10)


def error_of(answer: requests.Response) -> tuple[int, int | None]:
    error = answer.json()["error"]
    return error["code"], error.get("error_subcode")


def user_token(sandbox: Sandbox, **ticked: Any) -> str:
    """Return the long user token of a fresh Facebook login."""
    code = log_in(sandbox, **ticked)
    short = graph(sandbox, "oauth/access_token", code=code, redirect_uri=callback(sandbox), **APP)[
        "access_token"
    ]
    exchange = {"grant_type": "fb_exchange_token", "fb_exchange_token": short}
    return str(graph(sandbox, "oauth/access_token", **exchange, **APP)["access_token"])


def pages_of(sandbox: Sandbox, user: str) -> dict[str, str]:
    """Return the ticked Pages and their tokens."""
    rows = graph(sandbox, "me/accounts", user, fields="id,access_token")["data"]
    return {row["id"]: row["access_token"] for row in rows}


def instagram_token(sandbox: Sandbox, **ticked: Any) -> str:
    """Return the long token of a fresh Instagram login."""
    form = {
        "grant_type": "authorization_code",
        "code": log_in(sandbox, INSTAGRAM_PATH, **ticked),
        "redirect_uri": callback(sandbox),
        **INSTAGRAM_APP,
    }
    url = f"{sandbox.url}/instagram/oauth/access_token"
    short = requests.post(url, data=form, timeout=5).json()["access_token"]
    query = {"grant_type": "ig_exchange_token", "access_token": short}
    secret = {"client_secret": demo.INSTAGRAM_APP_SECRET}
    return str(graph(sandbox, "/access_token", **query, **secret)["access_token"])
