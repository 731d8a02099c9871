"""An ID token that came by HTTP is taken once: it carries no nonce of ours that would end it.

Whoever reads one in a log or a proxy could else sign in with it for as long as it lives, an hour.
"""

import hashlib
from datetime import UTC, datetime, timedelta

import jwt
import structlog
from django.db import IntegrityError, transaction

from accounts.google.errors import GoogleRefusedError
from accounts.google.identities import LEEWAY_SECONDS
from accounts.models import UsedToken

log = structlog.get_logger("flowia.google")


def take(id_token: str) -> None:
    """Note that a token, which `identity_in` believed, is used; GoogleRefusedError if it was.

    What was signed is hashed, without the signature, of which there are several spellings.
    """
    ends: float = jwt.decode(id_token, options={"verify_signature": False})["exp"]
    digest = hashlib.sha256(id_token.rpartition(".")[0].encode()).hexdigest()
    over = datetime.fromtimestamp(ends, UTC) + timedelta(seconds=LEEWAY_SECONDS)
    try:
        with transaction.atomic():
            UsedToken.objects.create(digest=digest, expires_at=over)
    except IntegrityError as error:
        log.warning("google token refused", why="used")
        raise GoogleRefusedError from error
