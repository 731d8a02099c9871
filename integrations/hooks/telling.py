"""What the letter about a hook that was switched off says, at the moment it is posted."""

from accounts import links
from accounts.models import Letter, Membership
from accounts.wording import Facts, reader_of, short
from integrations.hooks.words import off_sentence
from integrations.models import Hook


def facts_of_hook(letter: Letter) -> Facts | None:
    """Return what the letter tells: which webhook, why, and where to bring it back.

    None when it is on again or gone, or its reader owns the workspace no more.
    """
    user = reader_of(letter)
    if user is None or letter.subject_uid is None:
        return None
    rows = Hook.objects.filter(uid=letter.subject_uid, status=Hook.Status.DISABLED)
    hook = rows.select_related("workspace").first()
    if hook is None:
        return None
    owner = Membership.Role.OWNER
    owners = Membership.objects.filter(workspace=hook.workspace, user=user, role=owner)
    member = owners.select_related("workspace").first()
    if member is None:
        return None
    return {
        "member": member,
        "link": links.absolute(f"/tools/webhooks/{hook.uid}?workspace={hook.workspace.uid}"),
        "workspace": short(hook.workspace.name),
        "hook": short(hook.name),
        "sentence": off_sentence(hook),
    }
