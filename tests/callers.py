"""API callers and signed-in browsers for tests."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User

Queries = Callable[[int], AbstractContextManager[Any]]
"""pytest-django's `django_assert_num_queries`."""


def caller(user: User | None = None, **headers: str) -> Client:
    """A client of the API: `user`'s access token, or nobody's."""
    extra: dict[str, Any] = {"accept": "application/json", **headers}
    if user is not None:
        extra["authorization"] = f"Bearer {AccessToken.for_user(user)}"
    return Client(headers=extra)


def browser(user: User | None = None, language: str = "fr") -> Client:
    """A browser: `user` is signed in, pages come in `language`."""
    client = Client(headers={"accept": "text/html", "accept-language": language})
    if user is not None:
        client.force_login(user)
    return client


def queries_of(client: Client, address: str) -> int:
    """How many questions the page at `address` asks the database."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
