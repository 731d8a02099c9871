"""TikTok's tokens: codes become pairs, pairs are rotated, revoked and asked about.

TikTok API for Business v1.3, "TikTok account holder": tt_user/oauth2/token/, refresh_token/,
revoke/ and tt_user/token_info/get/. An access token lasts a day, a refresh token a year, which a
refresh does not begin again (the documented sample shows it going down).
"""

import hmac
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from sandbox import settings
from sandbox.standins.front import Answer, Asked, endpoint
from sandbox.tiktok import options
from sandbox.tiktok.models import Code, Grant, Token
from sandbox.tiktok.people import Account
from sandbox.tiktok.service import (
    BAD_PARAMETER,
    CODE_INVALID,
    REFRESH_EXPIRED,
    REFRESH_INVALID,
    TIKTOK,
    WRONG_APP,
    live_token,
    ok,
    post_of,
    refuse,
    text_of,
)

CODE_SECONDS = 600


def new_code(account: Account, scope: str, redirect_uri: str) -> str:
    """Return a fresh code for what the owner of `account` allowed; it lives ten minutes."""
    value = f"cod.sandbox-{secrets.token_urlsafe(30)}*1!4242.va"
    Code.objects.create(
        value=value,
        account=account.open_id,
        scope=scope,
        redirect_uri=redirect_uri,
        expires_at=timezone.now() + timedelta(seconds=CODE_SECONDS),
    )
    return value


def open_grant(account: str, scope: str) -> dict[str, Any]:
    """Keep what the owner allowed; return the pair of tokens as TikTok writes it."""
    until = timezone.now() + timedelta(seconds=options.value("refresh_seconds"))
    grant = Grant.objects.create(account=account, scope=scope, refresh_until=until)
    return _pair(grant, _new(grant, "refresh"))


def live_grants(account: str) -> list[Grant]:
    """Return what the owner of the account allowed and did not take back."""
    return list(Grant.objects.filter(account=account, revoked_at=None))


def revoke_all(account: str) -> int:
    """Let the owner take everything back; return how many grants ended."""
    return Grant.objects.filter(account=account, revoked_at=None).update(revoked_at=timezone.now())


def expire(account: str, kinds: list[str]) -> int:
    """Let the account's tokens of those kinds end now; return how many did."""
    now = timezone.now()
    if "refresh" in kinds:
        Grant.objects.filter(account=account).update(refresh_until=now)
    found = Token.objects.filter(grant__account=account, kind__in=kinds, ended=False)
    return found.update(expires_at=now)


@endpoint(TIKTOK, "token", writes=True)
def token(asked: Asked) -> Answer:
    """Exchange a code, once: `auth_code`, and the address it was asked for with."""
    body = post_of(asked)
    _check_app(body, "client_id", "client_secret")
    _check_grant_type(body, "authorization_code")
    with transaction.atomic():
        code = Code.objects.filter(value=text_of(body, "auth_code")).first()
        if code is None or code.expires_at <= timezone.now():
            raise refuse(CODE_INVALID)
        if body.get("redirect_uri") != code.redirect_uri:
            raise refuse(BAD_PARAMETER, "redirect_uri: It is not that of the authorization.")
        code.delete()
        return ok(open_grant(code.account, code.scope))


@endpoint(TIKTOK, "refresh_token", writes=True)
def refresh_token(asked: Asked) -> Answer:
    """Answer with a new pair; the old refresh token is dead at once (options change this)."""
    body = post_of(asked)
    _check_app(body, "client_id", "client_secret")
    _check_grant_type(body, "refresh_token")
    with transaction.atomic():
        found = Token.objects.select_related("grant").filter(
            value=text_of(body, "refresh_token"), kind="refresh"
        )
        old = found.first()
        if old is None or old.ended or old.grant.revoked_at:
            raise refuse(REFRESH_INVALID)
        if old.expires_at <= timezone.now():
            raise refuse(REFRESH_EXPIRED)
        return ok(_refreshed(old))


@endpoint(TIKTOK, "revoke", writes=True)
def revoke(asked: Asked) -> Answer:
    """End the grant of an access token."""
    body = post_of(asked)
    _check_app(body, "client_id", "client_secret")
    grant = live_token(text_of(body, "access_token")).grant
    grant.revoked_at = timezone.now()
    grant.save(update_fields=["revoked_at"])
    return ok()


@endpoint(TIKTOK, "token_info")
def token_info(asked: Asked) -> Answer:
    """Tell whose access token it is and what it allows."""
    body = post_of(asked)
    if body.get("app_id") != settings.TIKTOK_APP_ID:
        raise refuse(WRONG_APP)
    grant = live_token(text_of(body, "access_token")).grant
    return ok({"app_id": settings.TIKTOK_APP_ID, "creator_id": grant.account, "scope": grant.scope})


def check_app_secret(given: dict[str, Any]) -> None:
    """Refuse whoever does not know the app's secret (addresses of the webhooks)."""
    _check_app(given, "app_id", "secret")


def _refreshed(old: Token) -> dict[str, Any]:
    grant = old.grant
    if options.value("refresh_renews_year"):
        grant.refresh_until = timezone.now() + timedelta(seconds=options.value("refresh_seconds"))
        grant.save(update_fields=["refresh_until"])
        Token.objects.filter(pk=old.pk).update(expires_at=grant.refresh_until)
    if options.value("refresh_ends_access"):
        Token.objects.filter(grant=grant, kind="access").update(ended=True)
    if not options.value("new_refresh_token"):
        return _pair(grant, old)
    Token.objects.filter(pk=old.pk).update(ended=True)
    return _pair(grant, _new(grant, "refresh"))


def _pair(grant: Grant, refresh: Token) -> dict[str, Any]:
    left = (grant.refresh_until - timezone.now()).total_seconds()
    return {
        "access_token": _new(grant, "access").value,
        "token_type": "Bearer",
        "scope": grant.scope,
        "expires_in": options.value("access_seconds"),
        "refresh_token": refresh.value,
        "refresh_token_expires_in": max(0, round(left)),
        "open_id": grant.account,
    }


def _new(grant: Grant, kind: str) -> Token:
    seconds = timedelta(seconds=options.value("access_seconds"))
    return Token.objects.create(
        grant=grant,
        kind=kind,
        value=f"{'act' if kind == 'access' else 'rft'}.sandbox-{secrets.token_urlsafe(36)}",
        expires_at=timezone.now() + seconds if kind == "access" else grant.refresh_until,
    )


def _check_app(given: dict[str, Any], app: str, secret: str) -> None:
    known = str(given.get(app, "")) == settings.TIKTOK_APP_ID
    told = str(given.get(secret, "")).encode()
    if not known or not hmac.compare_digest(told, settings.TIKTOK_APP_SECRET.encode()):
        raise refuse(WRONG_APP)


def _check_grant_type(body: dict[str, Any], expected: str) -> None:
    if body.get("grant_type") != expected:
        raise refuse(BAD_PARAMETER, f"grant_type: It is {expected}.")
