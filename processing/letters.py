"""Letters to members about drafts: ids in the row, facts when the letter is posted."""

from datetime import datetime, timedelta

from accounts import links, mailbox
from accounts.backups import went_on_until
from accounts.models import Letter, Membership, Workspace
from accounts.wording import Facts, Kind, reader_of, short
from billing import quotas
from flowia.lib import clock
from processing import quota_line
from processing.links import approval_link
from processing.models import Message
from processing.reading import waiting_drafts
from processing.wakes import Wake

PAUSE = timedelta(hours=1)
"""At most one letter per conversation and this long, to each member."""
BURST = timedelta(minutes=10)
"""At most one letter per workspace and this long: drafts come in bursts, the letter counts them."""


def tell_of_draft(draft: Message) -> list[Wake]:
    """Write to the members who want it that a draft waits; returns the letters to wake.

    Within ten minutes of the last one the next letter waits for their end, and tells of all.
    Call it under the conversation's lock. The letter keeps ids, never words or names.
    """
    now = clock.now()
    workspace = str(draft.workspace.uid)
    subject = {"conversation": str(draft.conversation.uid), "workspace": workspace}
    members = Membership.objects.filter(
        workspace=draft.workspace_id,
        told_by_mail=True,
        user__is_active=True,
        user__email_verified_at__isnull=False,
    )
    recent = Letter.objects.filter(kind=Kind.DRAFT_WAITING, created_at__gt=now - PAUSE)
    # By their readers first: that is what the table has an index for.
    recent = recent.filter(user__in=members.values("user"))
    same = recent.filter(data__conversation=subject["conversation"])
    told = set(same.values_list("user_id", flat=True))
    ours = recent.filter(data__workspace=workspace).order_by("id")
    last = {one.user_id: one for one in ours}
    wakes = []
    for one in members.select_related("user"):
        at = _moment_after(last.get(one.user_id), now)
        if one.user_id in told or at is None:
            continue
        letter = mailbox.put(Kind.DRAFT_WAITING, user=one.user, about=draft, data=subject, at=at)
        if at <= now:
            wakes.append(Wake("letter", letter.pk))
    return wakes


def _moment_after(last: Letter | None, now: datetime) -> datetime | None:
    """Return when the next letter may leave; None where the `last` one has still to leave."""
    if last is None:
        return now
    # One that is being posted right now has counted already.
    if last.attempts == 0 and last.next_at is not None and last.next_at > now:
        return None
    return max(now, (last.sent_at or last.created_at) + BURST)


def facts_of_draft(letter: Letter) -> Facts | None:
    """Return what the letter tells: how many wait, whose message it is, and the link.

    Told is the draft for which it was written or, once that gave way to a newer one, the one that
    waits in its place, else the workspace's oldest. None when nothing waits, or its reader is no
    longer a member.
    """
    user = reader_of(letter)
    draft = _draft_of(letter)
    if user is None or draft is None:
        return None
    members = Membership.objects.filter(user=user, workspace=draft.workspace_id)
    member = members.select_related("workspace").first()
    if member is None:
        return None
    return {
        "member": member,
        "link": approval_link(draft, user),
        "contact": short(draft.conversation.contact.name),
        "drafts": waiting_drafts(draft.workspace).count(),
        "workspace": short(draft.workspace.name),
    }


def tell_of_waiting(workspace: Workspace, *, now: datetime) -> list[Wake]:
    """Write to the owners that somebody waits for the quota, once a day; returns the letters.

    The day is that of the quota. On the day of a restore nobody is written to: the letter of the
    lost rows may have left. Call it in the transaction in which somebody begins to wait.
    """
    until = went_on_until()
    if until is not None and quotas.local_day(workspace, until) == quotas.local_day(workspace, now):
        return []
    day = quotas.today(workspace, now)
    key = f"{workspace.uid}:{day.isoformat()}"
    owners = Membership.objects.filter(
        workspace=workspace,
        role=Membership.Role.OWNER,
        told_by_mail=True,
        user__is_active=True,
        user__email_verified_at__isnull=False,
    )
    put = [
        mailbox.put_once(key, Kind.QUOTA_WAITING, user=one.user, about=workspace)
        for one in owners.select_related("user").order_by("pk")
    ]
    return [Wake("letter", letter.pk) for letter in put if letter is not None]


def facts_of_waiting(letter: Letter) -> Facts | None:
    """Return what the letter tells: how many wait, how many of them are hot, and the link.

    None when nobody waits any more, or its reader owns the workspace no longer.
    """
    user, uid = reader_of(letter), letter.subject_uid
    if user is None or uid is None:
        return None
    owned = Membership.objects.filter(
        user=user, role=Membership.Role.OWNER, workspace__uid=uid, told_by_mail=True
    )
    mine = owned.select_related("workspace").first()
    now = clock.now()
    number = quota_line.number_waiting(mine.workspace, now=now) if mine else 0
    if mine is None or not number:
        return None
    return {
        "member": mine,
        "link": links.absolute(f"/inbox?workspace={mine.workspace.uid}"),
        "workspace": short(mine.workspace.name),
        "number": number,
        "hot": quota_line.hot_waiting(mine.workspace, now=now),
        "limit": quotas.usage(mine.workspace).limit,
    }


def _draft_of(letter: Letter) -> Message | None:
    held = Message.objects.filter(status=Message.Status.HELD)
    held = held.select_related("conversation__contact", "workspace")
    mine = held.filter(uid=letter.subject_uid) if letter.subject_uid else held.none()
    talk = letter.data.get("conversation")
    instead = held.filter(conversation__uid=talk, snoozed_until=None) if talk else held.none()
    here = letter.data.get("workspace")
    others = held.filter(workspace__uid=here, snoozed_until=None) if here else held.none()
    return mine.first() or instead.order_by("-id").first() or others.order_by("id").first()
