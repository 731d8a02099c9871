"""What a letter about an account says, at the moment it is posted."""

from accounts import links
from accounts.models import Letter, Membership
from accounts.wording import Facts, reader_of, short
from flowia.lib import clock
from social.models import SocialAccount
from social.truth import truth_of


def facts_of_account(letter: Letter) -> Facts | None:
    """Return what the letter tells: which account, what is the matter, what to do, and where.

    None when that is over by now, or its reader owns the workspace no more.
    """
    user = reader_of(letter)
    if user is None or letter.subject_uid is None:
        return None
    rows = SocialAccount.objects.select_related("workspace")
    account = rows.filter(uid=letter.subject_uid).first()
    owner = _owner_of(account, user.pk) if account else None
    if account is None or owner is None:
        return None
    truth = truth_of(account, now=clock.now())
    if truth.state != letter.data.get("state") or truth.action is None:
        return None
    workspace = account.workspace
    return {
        "member": owner,
        "link": links.absolute(f"{truth.action.address}?workspace={workspace.uid}"),
        "workspace": short(workspace.name),
        "account": short(str(account)),
        "sentence": truth.sentence,
        "action": truth.action.label,
    }


def _owner_of(account: SocialAccount, user_id: int) -> Membership | None:
    owner = Membership.Role.OWNER
    rows = Membership.objects.filter(workspace=account.workspace_id, user=user_id, role=owner)
    return rows.select_related("workspace").first()
