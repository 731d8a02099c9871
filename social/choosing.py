"""The accounts that one consent opens, kept sealed until a person has ticked some of them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User, Workspace
from flowia.lib import clock
from flowia.lib.crypto import CannotDecryptError
from flowia.lib.errors import NotFoundError
from social.logins import Choice, Grant, Tokens
from social.models import Connecting, SocialAccount
from social.refusing import ExpiredChoiceError, NothingChosenError, TakenElsewhereError
from social.ways import Way
from social.words import problem_in_words

MOMENTS = ("expires_at", "refresh_expires_at")


@dataclass(frozen=True)
class Option:
    """One account of the list, as a person chooses it; nothing of its tokens.

    `state` is "" when it can be connected, "here" when it is connected in this workspace already
    (it is connected anew then), "elsewhere" or "problem" when it cannot, with the `sentence` why.
    """

    key: str
    kind: str
    name: str
    handle: str
    external_id: str
    state: str = ""
    sentence: str = ""

    @property
    def open(self) -> bool:
        """Whether it can be ticked."""
        return self.state in {"", "here"}


def keep(
    grant: Grant,
    *,
    workspace: Workspace,
    user: User,
    way: Way,
    return_to: str,
    until: datetime,
) -> Connecting:
    """Store what was granted until `until`; lists that nobody came back to go."""
    Connecting.objects.filter(expires_at__lte=clock.now()).delete()
    row = Connecting(
        workspace=workspace,
        user=user,
        provider=way.provider.name,
        login=way.login.name,
        return_to=return_to,
        expires_at=until,
    )
    row.close(json.dumps(asdict(grant), default=datetime.isoformat))
    row.save(force_insert=True)
    return row


def find(workspace: Workspace, uid: UUID, user: User) -> Connecting:
    """Return the person's own living list; raises NotFoundError for every other one."""
    rows = Connecting.objects.filter(workspace=workspace, user=user, expires_at__gt=clock.now())
    found = rows.select_related("workspace").filter(uid=uid).first()
    if found is None:
        raise NotFoundError
    return found


def opened(row: Connecting) -> Grant:
    """Return what was granted; raises ExpiredChoiceError when it can no longer be read."""
    try:
        kept: dict[str, Any] = json.loads(row.opened())
    except CannotDecryptError as error:
        raise ExpiredChoiceError from error
    return Grant(
        user_id=kept["user_id"],
        scopes=tuple(kept["scopes"]),
        choices=tuple(_choice(one) for one in kept["choices"]),
    )


def options_of(row: Connecting) -> list[Option]:
    """Return the list for people, each with what stands against it."""
    grant = opened(row)
    holders = _holders(grant.choices)
    return [_option(one, holders.get(key_of(one)), row.workspace_id) for one in grant.choices]


def chosen(grant: Grant, wanted: Sequence[str]) -> list[Choice]:
    """Return the choices with these keys; raises NothingChosenError for none or unknown ones."""
    known = {key_of(one): one for one in grant.choices if not one.problem}
    if not wanted or not set(wanted) <= set(known):
        raise NothingChosenError
    return [known[key] for key in dict.fromkeys(wanted)]


def key_of(choice: Choice) -> str:
    """Return what names a choice in a form."""
    return f"{choice.kind}:{choice.external_id}"


def _option(choice: Choice, holder: int | None, workspace_id: int) -> Option:
    state, sentence = "", ""
    if choice.problem:
        state, sentence = "problem", problem_in_words(choice.problem)
    elif holder is not None:
        state = "here" if holder == workspace_id else "elsewhere"
        sentence = "" if state == "here" else str(TakenElsewhereError.detail)
    return Option(
        key=key_of(choice),
        kind=choice.kind,
        name=choice.name,
        handle=choice.handle,
        external_id=choice.external_id,
        state=state,
        sentence=sentence,
    )


def _holders(choices: Sequence[Choice]) -> dict[str, int]:
    """Return which workspace has each account that is connected somewhere."""
    ids = [one.external_id for one in choices]
    rows = SocialAccount.objects.filter(external_id__in=ids)
    rows = rows.exclude(status=SocialAccount.Status.DISCONNECTED)
    held = rows.values_list("kind", "external_id", "workspace_id")
    return {f"{kind}:{one}": whose for kind, one, whose in held}


def _choice(kept: dict[str, Any]) -> Choice:
    tokens = dict(kept["tokens"])
    for name in MOMENTS:
        tokens[name] = datetime.fromisoformat(tokens[name]) if tokens[name] else None
    if tokens["scopes"] is not None:
        tokens["scopes"] = tuple(tokens["scopes"])
    return Choice(**{**kept, "tokens": Tokens(**tokens)})
