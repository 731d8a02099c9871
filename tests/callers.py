"""API callers and signed-in browsers for tests."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import signins, tokens
from accounts.doors import SIGN_IN
from accounts.models import SignIn, User

Queries = Callable[[int], AbstractContextManager[Any]]
"""pytest-django's `django_assert_num_queries`."""


def caller(user: User | None = None, **headers: str) -> Client:
    """A client of the API: `user`'s access token, or nobody's."""
    extra: dict[str, Any] = {"accept": "application/json", **headers}
    if user is not None:
        extra["authorization"] = f"Bearer {tokens_of(user).access}"
    return Client(headers=extra)


def browser(user: User | None = None, language: str = "fr") -> Client:
    """A browser: `user` is signed in, pages come in `language`."""
    client = Client(headers={"accept": "text/html", "accept-language": language})
    if user is not None:
        enter(client, user)
    return client


def tokens_of(user: User) -> tokens.Pair:
    """A program's tokens, as signing in gives them."""
    return tokens.pair_of(signins.begin(user, SignIn.Kind.TOKENS, address="", device=""))


def enter(client: Client, user: User) -> SignIn:
    """Sign `client` in as `user`, as the sign-in page does."""
    sign_in = signins.begin(user, SignIn.Kind.BROWSER, address="", device="")
    client.force_login(user)
    session = client.session
    session[SIGN_IN] = str(sign_in.uid)
    session.save()
    return sign_in


def queries_of(client: Client, address: str) -> int:
    """How many questions the page at `address` asks the database."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def clock_queries() -> int:
    """Return how many queries one look at the clock is: PostgreSQL is asked for its own."""
    return int(connection.vendor == "postgresql")
