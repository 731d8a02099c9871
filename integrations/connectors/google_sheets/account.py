"""The service account of a member: its key checked, its access tokens fetched (crm.md, 3).

Of the key's file only the address and the key are used. Whoever uploads it also writes its
`token_uri`: asking there would be asking wherever a stranger likes.
"""

import functools
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from django.conf import settings
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials

from integrations.contracts import ConnectorError
from integrations.refusals import unreachable

SCOPE = "https://www.googleapis.com/auth/spreadsheets"
LARGEST_KEY = 20_000
DEAD = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope"})
_lock = threading.Lock()


@dataclass(frozen=True)
class ServiceAccount:
    """The parts of a key's file that we use; `email` is whom a spreadsheet is shared with."""

    email: str
    private_key: str = field(repr=False)
    key_id: str = ""


def service_account(secrets: Mapping[str, Any]) -> ServiceAccount:
    """Return the account of a connection's secret, JSON or already read.

    Raises ConnectorError `key_unusable`, which needs another key.
    """
    told = secrets.get("service_account")
    unusable = ConnectorError("key_unusable", needs="needs_login")
    try:
        info = json.loads(told[:LARGEST_KEY]) if isinstance(told, str | bytes) else told
    except (ValueError, RecursionError) as error:
        raise unusable from error
    if not isinstance(info, dict) or info.get("type") != "service_account":
        raise unusable
    email, pem = str(info.get("client_email") or ""), str(info.get("private_key") or "")
    if "@" not in email or not pem.strip().startswith("-----BEGIN"):
        raise unusable
    account = ServiceAccount(email.strip(), pem, str(info.get("private_key_id") or ""))
    _credentials(account, settings.GOOGLE_SHEETS_TOKEN_URL)
    return account


def access_token(account: ServiceAccount, *, fresh: bool = False) -> str:
    """Return a living access token, for spreadsheets alone; raises ConnectorError.

    `fresh` fetches a new one although the present one should live. The library tries a failed grant
    up to three times: a grant twice does no harm.
    """
    credentials = _credentials(account, settings.GOOGLE_SHEETS_TOKEN_URL)
    with _lock:
        if fresh or not credentials.valid:
            _refresh(credentials)
        return str(credentials.token)


def _refresh(credentials: Any) -> None:
    # Not through google's own session: before every call that one asks Google, in a thread and
    # without a limit of ours, from which regions the account may be used.
    with requests.Session() as session:
        limited = functools.partial(Request(session), timeout=settings.TOOL_TIMEOUT_SECONDS)
        try:
            credentials.refresh(limited)
        except RefreshError as error:
            raise _refused(error) from error
        except (GoogleAuthError, requests.RequestException) as error:
            raise unreachable() from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise unreachable("unexpected_answer") from error


def _refused(error: RefreshError) -> ConnectorError:
    told = error.args[1] if len(error.args) > 1 else None
    code = str(told.get("error") or "") if isinstance(told, dict) else ""
    return (
        ConnectorError(code, needs="needs_login") if code in DEAD else unreachable(code or "auth")
    )


@functools.lru_cache(maxsize=64)
def _credentials(account: ServiceAccount, token_url: str) -> Any:
    info = {
        "client_email": account.email,
        "private_key": account.private_key,
        "private_key_id": account.key_id,
        "token_uri": token_url,
    }
    made: Any = Credentials
    try:
        return made.from_service_account_info(info, scopes=[SCOPE])
    except (ValueError, TypeError, GoogleAuthError) as error:
        raise ConnectorError("key_unusable", needs="needs_login") from error
