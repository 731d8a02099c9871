"""Google for tests: its key, its tokens, its two addresses; and a browser's way there and back."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from pytest_django import Settings

from accounts.google import keys
from tests.standin import StandIn, stand_in

CLIENT_ID = "client-1.apps.googleusercontent.com"
SECRET = "GOCSPX-marked-7c1e"
KID = "key-1"
SUB = "109876543210987654321"


@dataclass(frozen=True)
class Google:
    """The two addresses that the product asks."""

    certs: StandIn
    tokens: StandIn


@cache
def key(name: str = "google") -> rsa.RSAPrivateKey:
    """One key per name; making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def published(**named: rsa.RSAPrivateKey) -> dict[str, Any]:
    """The document with the public halves, as Google publishes it."""
    algorithm = jwt.algorithms.RSAAlgorithm
    entries = [
        {**algorithm.to_jwk(one.public_key(), as_dict=True), "kid": kid.replace("_", "-")}
        for kid, one in named.items()
    ]
    return {"keys": [{**entry, "alg": "RS256", "use": "sig"} for entry in entries]}


@contextmanager
def google_at_work(settings: Settings) -> Iterator[Google]:
    with stand_in() as certs, stand_in() as tokens:
        certs.answer(200, published(key_1=key()), Cache_Control="public, max-age=3600")
        settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = CLIENT_ID, SECRET
        settings.GOOGLE_OAUTH_URL = "https://accounts.google.com/o/oauth2/v2/auth"
        settings.GOOGLE_CERTS_URL = f"{certs.url}/certs"
        settings.GOOGLE_TOKEN_URL = f"{tokens.url}/token"
        settings.PUBLIC_URL = "http://testserver"
        keys.forget()
        yield Google(certs, tokens)
        keys.forget()


def claims(**changes: Any) -> dict[str, Any]:
    """What Google says; a change to None leaves the claim out."""
    now = int(time.time())
    said = {
        "iss": "https://accounts.google.com",
        "aud": CLIENT_ID,
        "azp": CLIENT_ID,
        "sub": SUB,
        "email": "lea@exemple.fr",
        "email_verified": True,
        "name": "Léa Martin",
        "iat": now,
        "exp": now + 3600,
        # No two tokens are the same, also within a second.
        "jti": uuid4().hex,
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def id_token(
    *, signed_by: Any = None, headers: dict[str, Any] | None = None, **changes: Any
) -> str:
    kid = {"kid": KID} if headers is None else headers
    return jwt.encode(claims(**changes), signed_by or key(), algorithm="RS256", headers=kid)


def post_token(token: str, **more: Any) -> Any:
    body = {"id_token": token, **more}
    return Client().post("/auth/google", body, content_type="application/json")


def asked_of_google(answer: Any) -> dict[str, str]:
    """What the address says to which the product sends a browser."""
    address = answer["Refresh"].partition("url=")[2] if "Refresh" in answer else answer["Location"]
    return dict(parse_qsl(urlsplit(address).query))


def begin(client: Client, **query: str) -> dict[str, str]:
    return asked_of_google(client.get("/login/google", query))


def come_back(client: Client, google: Google, asked: dict[str, str], **changes: Any) -> Any:
    """Google sends the browser back; its token answers the attempt unless `changes` say other."""
    google.tokens.answers.clear()
    token = id_token(**{"nonce": asked["nonce"], **changes})
    google.tokens.answer(200, {"id_token": token, "access_token": "ya29.marked"})
    path = urlsplit(asked["redirect_uri"]).path
    return client.get(path, {"code": "4/marked-code", "state": asked["state"]})
