"""The publication that a visitor may comment on, and what stands below it."""

from dataclasses import dataclass
from datetime import datetime

from sandbox import demo
from sandbox.world import comments, meta
from sandbox.world.models import Comment, PhoneMessage


@dataclass(frozen=True)
class Shown:
    """One comment below the publication, or the private message that answers one."""

    key: str
    name: str
    text: str
    at: datetime
    mine: bool = False
    reply: bool = False
    hidden: bool = False
    private: bool = False
    by_hand: bool = False


@dataclass(frozen=True)
class Publication:
    """A Page's post or an Instagram photo."""

    text: str
    picture: str


def publication_of(account: meta.Account) -> Publication:
    """Return what the account published."""
    if account.instagram:
        return Publication(demo.MEDIA_TEXT, "sandbox/photo.svg")
    return Publication(demo.POST_TEXT, "sandbox/post.svg")


def shown(contact: str, account: meta.Account) -> list[Shown]:
    """Return a person's comments with all answers; each private answer after its comment."""
    rows = comments.thread(contact, account.external_id)
    mids = [row.private_mid for row in rows if row.private_mid]
    private = {said.mid: said for said in PhoneMessage.objects.filter(mid__in=mids)}
    found = []
    for row in rows:
        found.append(_comment(row, contact, account))
        if row.private_mid in private:
            said = private[row.private_mid]
            key, name = f"p{said.pk}", demo.WORKSPACE_NAME
            found.append(Shown(key, name, said.text, said.at, reply=True, private=True))
    return found


def open_comment(contact: str, account: meta.Account) -> str:
    """Return the id of the person's comment that further ones answer, or an empty string."""
    rows = comments.thread(contact, account.external_id)
    return next((row.comment_id for row in rows if row.parent is None), "")


def _comment(row: Comment, contact: str, account: meta.Account) -> Shown:
    return Shown(
        key=f"c{row.pk}",
        name=comments.username(account, row),
        text=row.text,
        at=row.at,
        mine=row.contact == contact,
        reply=row.parent is not None,
        hidden=row.hidden,
        by_hand=row.author == Comment.Author.OWNER,
    )
