"""Remembering what was forgotten: keyed hashes of messages and wishes that outlive their rows.

An erased or purged message that a network delivers again must be known, and who asked for silence
must be left in peace after their rows are gone. The hash covers the workspace and the account: it
says nothing anywhere else.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from flowia.lib import crypto
from flowia.lib.standing import Standing, given
from social.models import ForgettingKey, Forgotten, SocialAccount

Kind = Forgotten.Kind
KEY = Standing(lambda: ForgettingKey.objects.order_by("pk")[:1])
FORGOTTEN = Standing(
    lambda: Forgotten.objects.filter(key=given.word("key")).values_list("created_at", flat=True)
)


def remember_messages(account: SocialAccount, external_ids: Iterable[str]) -> None:
    """Keep that these messages of `account` are known; twice is once, empty ids are skipped."""
    _remember(account, Kind.MESSAGE, {one for one in external_ids if one})


def remember_opt_out(account: SocialAccount, contact_external_id: str) -> None:
    """Keep that this person wants no more messages from `account`; twice is once."""
    _remember(account, Kind.OPT_OUT, {contact_external_id})


def remember_person(account: SocialAccount, contact_external_id: str, *, now: datetime) -> None:
    """Keep that this person was erased at `now`; the last time counts."""
    _remember(account, Kind.PERSON, {contact_external_id})
    parts = _parts(account, Kind.PERSON, contact_external_id)
    Forgotten.objects.filter(key=_digest(_key() or _new_key(), parts)).update(created_at=now)


def drop_opt_out(account: SocialAccount, contact_external_id: str) -> None:
    """Keep the wish no longer: this person asked to be written to again."""
    key = _key()
    if key is not None:
        parts = _parts(account, Kind.OPT_OUT, contact_external_id)
        Forgotten.objects.filter(key=_digest(key, parts)).delete()


def knows_message(account: SocialAccount, external_id: str) -> bool:
    """Return whether the message was erased or purged."""
    return _when(account, Kind.MESSAGE, external_id) is not None


def opted_out_at(account: SocialAccount, contact_external_id: str) -> datetime | None:
    """Return since when an erased person's wish for silence is kept; None without one."""
    return _when(account, Kind.OPT_OUT, contact_external_id)


def erased_at(account: SocialAccount, contact_external_id: str) -> datetime | None:
    """Return when this person was erased, of whom `remember_person` was told; None of nobody."""
    return _when(account, Kind.PERSON, contact_external_id)


def unnamed(contact_external_id: str, text: str) -> str:
    """Return what stands for the id of a message that the network never named to us."""
    return f"{contact_external_id}\n{text}"


def hashed(*parts: str) -> str:
    """Return the keyed hash of `parts`, in hex; the key is made at the first need."""
    return _digest(_key() or _new_key(), parts)


def same_hashes(external_id: str, *, accounts: int = 1000) -> list[str]:
    """Return under which keys a message or person of this id would be forgotten.

    One for each kind and each of the latest `accounts` accounts; empty before anything was.
    """
    key = _key()
    if key is None:
        return []
    latest = SocialAccount.objects.order_by("-pk").only("workspace_id", "kind", "external_id")
    return [
        _digest(key, _parts(account, kind, external_id))
        for account in latest[:accounts]
        for kind in Kind
    ]


def _remember(account: SocialAccount, kind: Kind, external_ids: set[str]) -> None:
    key = _key() or _new_key()
    rows = [
        Forgotten(
            workspace_id=account.workspace_id,
            kind=kind,
            key=_digest(key, _parts(account, kind, one)),
        )
        for one in external_ids
    ]
    Forgotten.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def _when(account: SocialAccount, kind: Kind, external_id: str) -> datetime | None:
    key = _key()
    if key is None:
        return None
    return FORGOTTEN.first(key=_digest(key, _parts(account, kind, external_id)))


def _parts(account: SocialAccount, kind: Kind, external_id: str) -> tuple[str, ...]:
    return (kind.value, str(account.workspace_id), account.kind, account.external_id, external_id)


def _digest(key: bytes, parts: Iterable[str]) -> str:
    # Each part with its length: no two lists of parts are ever hashed as the same bytes.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _key() -> bytes | None:
    """Return the key, sealed anew when ENCRYPTION_KEY begins with another one meanwhile."""
    row = KEY.first()
    if row is None:
        return None
    plain = row.opened()
    if not crypto.is_newest(row.sealed):
        rows = ForgettingKey.objects.filter(pk=row.pk, sealed=row.sealed)
        row.close(plain)
        rows.update(sealed=row.sealed)
    return base64.b64decode(plain)


def _new_key() -> bytes:
    row = ForgettingKey()
    row.close(base64.b64encode(secrets.token_bytes(32)).decode())
    ForgettingKey.objects.bulk_create([row], ignore_conflicts=True)
    # Whoever came second uses what the first one wrote.
    key = _key()
    if key is None:
        raise RuntimeError("the key of what was forgotten could not be kept")
    return key
