"""One call of the API for Business: reading by GET, changing by POST (tiktok.md 0, 2.4 and 8).

The token travels bare in `Access-Token`, and every path ends with a slash. Each refusal is logged
with TikTok's `request_id`, which its support asks for.
"""

from datetime import datetime
from typing import Any

import structlog
from django.conf import settings

from flowia.lib.http import Answer, UnreachableError, call
from social.errors import ProviderError
from social.providers.tiktok.errors import code_of, moment_of, refusal

log = structlog.get_logger("flowia.tiktok")
OK, PARTLY = 0, 20001
HTTP_OK = 200
Data = dict[str, Any]


def ask(path: str, token: str, params: dict[str, str], *, ability: str = "") -> Data:
    """Read `path` and return the answer's data.

    Raises ProviderError: retryable when nobody answered, since nothing can have changed; with
    `lacks` set to `ability` when the account may not do it.
    """
    return ask_when(path, token, params, ability=ability)[0]


def ask_when(
    path: str, token: str, params: dict[str, str], *, ability: str = ""
) -> tuple[Data, datetime | None]:
    """Read `path` as `ask` does; return when that was by TikTok's clock, too."""
    try:
        answer = call(
            "GET", _url(path), whom="tiktok", params=params, headers={"Access-Token": token}
        )
    except UnreachableError as error:
        raise ProviderError("unreachable", retryable=True) from error
    return _data(path, answer, ability=ability, reads=True), moment_of(answer)


def tell(path: str, body: Data, *, token: str = "", ability: str = "", reads: bool = False) -> Data:
    """Post `body` to `path` and return the answer's data.

    Raises ProviderError, its outcome unknown when the call may have been carried out, unless it
    only `reads`.
    """
    headers = {"Access-Token": token} if token else {}
    try:
        answer = call("POST", _url(path), whom="tiktok", json=body, headers=headers)
    except UnreachableError as error:
        unknown = error.may_have_arrived and not reads
        raise ProviderError(
            "unreachable", retryable=not unknown, outcome_unknown=unknown
        ) from error
    return _data(path, answer, ability=ability, reads=reads)


def objects(data: Data, key: str) -> list[Data]:
    """Return the objects in a list of the answer; what is not one is left out."""
    found = data.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def id_in(data: Any, key: str) -> str:
    """Return an id in the answer as text, "" when it is not there."""
    value = data.get(key) if isinstance(data, dict) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _url(path: str) -> str:
    return f"{settings.TIKTOK_API_URL}/{path.strip('/')}/"


def _data(path: str, answer: Answer, *, ability: str, reads: bool) -> Data:
    code = code_of(answer.body)
    # Partly done: what is in the data was, and whoever needs more of it looks.
    if answer.status == HTTP_OK and code in {OK, PARTLY}:
        data = answer.body.get("data")
        return data if isinstance(data, dict) else {}
    request_id = answer.body.get("request_id") if isinstance(answer.body, dict) else None
    log.warning(
        "tiktok refused",
        path=path,
        status=answer.status,
        code=code,
        tiktok_request_id=str(request_id or "")[:64],
    )
    raise refusal(answer, ability=ability, reads=reads)
