"""The one way out: every HTTP call to a provider goes through `call`.

It never retries: whether a call may be tried again is the caller's knowledge, and a send may not.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests

from flowia.lib.tally import Spread

CALLS = Spread(
    "flowia_call_seconds",
    "Calls to networks and sign-in services, by how they ended.",
    ("whom", "outcome"),
)
"""`outcome` is ok, limited (429), refused (another 4xx or a redirect), failed (5xx), unreachable
(never arrived) or lost (no answer to what may have arrived)."""
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
    whom: str = "other",
    token: str = "",
    params: dict[str, str] | None = None,
    json: dict[str, Any] | None = None,
    form: dict[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Make one request, with `token` as Bearer if given; redirects are not followed.

    The body is `json`, or `form` as a browser's form would send it. `headers` come on top: some
    networks want their token in one of their own. `whom` is under what name the call is counted.

    Each call has its own connection: one that was kept open may be closed by the other side at
    the very moment of the next call, and then nobody could tell whether that call arrived.

    Raises UnreachableError when there is no answer: a connection that was never made proves that
    nothing arrived, a time-out while waiting proves nothing.
    """
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    began, outcome = time.perf_counter(), "lost"
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
        outcome = _outcome(response.status_code)
    except requests.exceptions.ConnectTimeout as error:
        outcome = "unreachable"
        raise UnreachableError(may_have_arrived=False) from error
    except requests.exceptions.RequestException as error:
        never = _never_connected(error)
        outcome = "unreachable" if never else "lost"
        raise UnreachableError(may_have_arrived=not never) from error
    finally:
        CALLS.took(time.perf_counter() - began, whom, outcome)
    return Answer(response.status_code, _json(response), response.headers)


def _outcome(status: int) -> str:
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return "ok"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "failed"
    return "limited" if status == HTTPStatus.TOO_MANY_REQUESTS else "refused"


def _never_connected(error: requests.exceptions.RequestException) -> bool:
    # urllib3 hides the difference between "refused" and "cut" one level down.
    text = repr(error)
    return "NewConnectionError" in text or "NameResolutionError" in text


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except requests.exceptions.JSONDecodeError:
        return None
