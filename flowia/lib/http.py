"""The one way out: every HTTP call to a provider goes through `call`.

It never retries: whether a call may be tried again is the caller's knowledge, and a send may not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

TIMEOUT = (5, 10)
"""Seconds to connect and to wait for an answer."""


@dataclass(frozen=True)
class Answer:
    """What the other side said; `body` is the parsed JSON, None where it was none.

    The names of `headers` are found in any case.
    """

    status: int
    body: Any
    headers: Mapping[str, str]


class UnreachableError(Exception):
    """No answer came. `may_have_arrived` tells whether the request can have been carried out."""

    def __init__(self, *, may_have_arrived: bool) -> None:
        self.may_have_arrived = may_have_arrived
        super().__init__("no answer")


def call(
    method: str,
    url: str,
    *,
    token: str = "",
    params: dict[str, str] | None = None,
    json: dict[str, Any] | None = None,
    form: dict[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Make one request, with `token` as Bearer if given; redirects are not followed.

    The body is `json`, or `form` as a browser's form would send it. `headers` come on top: some
    networks want their token in one of their own.

    Each call has its own connection: one that was kept open may be closed by the other side at
    the very moment of the next call, and then nobody could tell whether that call arrived.

    Raises UnreachableError when there is no answer: a connection that was never made proves that
    nothing arrived, a time-out while waiting proves nothing.
    """
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        response = requests.request(
            method,
            url,
            params=params,
            json=json,
            data=form,
            headers={**bearer, **(headers or {})},
            timeout=TIMEOUT,
            allow_redirects=False,
        )
    except requests.exceptions.ConnectTimeout as error:
        raise UnreachableError(may_have_arrived=False) from error
    except requests.exceptions.RequestException as error:
        raise UnreachableError(may_have_arrived=not _never_connected(error)) from error
    return Answer(response.status_code, _json(response), response.headers)


def _never_connected(error: requests.exceptions.RequestException) -> bool:
    # urllib3 hides the difference between "refused" and "cut" one level down.
    text = repr(error)
    return "NewConnectionError" in text or "NameResolutionError" in text


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except requests.exceptions.JSONDecodeError:
        return None
