"""The letter to owners about a tool into which nothing is written until they mend it."""

from accounts import links, mailbox
from accounts.models import Letter, Membership
from accounts.wording import Facts, Kind, reader_of, short
from integrations.connectors.registry import CONNECTORS
from integrations.models import Integration, SyncRun
from integrations.words import ACCESS, COLUMNS, KEY, sentence_to_mend

Status = Integration.Status
TO_MEND = {
    Status.NEEDS_LOGIN.value: KEY,
    Status.NEEDS_ATTENTION.value: ACCESS,
    Status.NEEDS_MAPPING.value: COLUMNS,
}
"""The states that a member has to end, and what to do where the tool's own answer says nothing."""


def tell_of_trouble(tool: Integration) -> None:
    """Write to the owners that the tool needs them: only ids in the row.

    Call it in the transaction in which the tool fell. A tool falls once: somebody has to mend it
    before it can fall again, so that no letter comes twice about the same trouble.
    """
    owners = Membership.objects.filter(
        workspace=tool.workspace_id,
        role=Membership.Role.OWNER,
        user__is_active=True,
        user__email_verified_at__isnull=False,
    )
    for owner in owners.select_related("user").order_by("pk"):
        mailbox.put(Kind.TOOL_STATE, user=owner.user, about=tool)


def facts_of_tool(letter: Letter) -> Facts | None:
    """Return what the letter tells: which tool, what to do, how many leads wait, and where.

    None when it is mended, paused or gone, or its reader owns the workspace no more.
    """
    user = reader_of(letter)
    if user is None or letter.subject_uid is None:
        return None
    rows = Integration.objects.filter(uid=letter.subject_uid, status__in=TO_MEND)
    tool = rows.select_related("workspace").first()
    if tool is None or tool.kind not in CONNECTORS:
        return None
    owners = Membership.objects.filter(
        workspace=tool.workspace_id, user=user, role=Membership.Role.OWNER
    )
    member = owners.select_related("workspace").first()
    if member is None:
        return None
    name = CONNECTORS[tool.kind].name
    said = sentence_to_mend(tool.status_reason, name) if tool.status_reason else ""
    waiting = SyncRun.objects.filter(integration=tool, next_at__isnull=False)
    return {
        "member": member,
        "link": links.absolute(f"/tools/{tool.kind}?workspace={member.workspace.uid}"),
        "workspace": short(member.workspace.name),
        "tool": name,
        "login": tool.status == Status.NEEDS_LOGIN,
        "sentence": said or str(TO_MEND[tool.status]) % {"tool": name},
        "waiting": waiting.values("lead_uid").distinct().count(),
    }
