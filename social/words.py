"""What the networks' codes mean for an account, in sentences for its owner.

Codes are shared by the providers; one that is unknown here gets a sentence that fits all.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ABILITIES: dict[str, Promise] = {
    "direct": _("Answer direct messages"),
    "comments": _("Answer comments"),
    "private_replies": _("Answer a comment in private"),
    "automation": _("Answer without your approval"),
}
"""What an account can do, as its page lists it."""

PROBLEMS: dict[str, Promise] = {
    "no_messaging_task": _(
        "Your role on this page does not allow messages. Ask its administrator for it."
    ),
    "no_moderating_task": _(
        "Your role on this page does not allow to answer comments. Ask its administrator for it."
    ),
    "personal_account": _(
        "This is a personal account. Only professional accounts can be connected:"
        " change its type in the network's app, then connect again."
    ),
    "no_channel": _("This sign-in has no channel. Create one, or sign in as the one who has it."),
    "no_token": _("The network gave no access to this account."),
    "no_page_token": _("The network gave no access to this account."),
}
"""Why an account of the list cannot be connected."""

LACKS: dict[str, Promise] = {
    "scope": _("the permission for it was not given"),
    "missing_scope": _("the permission for it was not given"),
    "no_messaging_task": _("your role on the page does not allow it"),
    "no_moderating_task": _("your role on the page does not allow it"),
    "region": _("the network does not open this to accounts of this region"),
    "account_type": _("the network does not open this to this type of account"),
    "kind": _("the network does not offer this"),
    "refused": _("the network refused it for this account"),
    "consent": _("the network forbids it unless the owner agrees to it here"),
    "own_consent": _("Flow IA does it only once the owner has agreed to it here"),
}
"""Why an account cannot do something."""

TROUBLES: dict[str, Promise] = {
    "withdrawn": _("The access was taken back at the network."),
    "revoked": _("The access was taken back at the network."),
    "cannot_decrypt": _("The stored access can no longer be read."),
    "refresh_lost": _("The network did not answer when the access was to be renewed."),
}
"""Why an account must be connected again, where that is known better than "refused"."""

SESSION_TROUBLES: dict[str, Promise] = {
    "checkpoint": _(
        "%(network)s asks you to prove that it is you. Do what it asks in your own browser, then"
        " connect again with new cookies. Nothing is read or sent until then."
    ),
    "restricted": _(
        "%(network)s restricted this account, and nobody but %(network)s can lift that: follow"
        " what it tells you there. Nothing is read or sent. Once it is lifted, connect again."
    ),
    "session_expired": _(
        "The session you gave us has expired. Sign in to %(network)s in your browser, then connect"
        " again with new cookies. Nothing is read or sent until then."
    ),
    "left": _(
        "Who agreed to the use of this session has left the workspace, so we have deleted it."
        " Nothing is read or sent until whoever's account of %(network)s it is connects it again."
    ),
    "other_person": _(
        "These cookies are another person's, not this account's; we have deleted them. Sign in to"
        " %(network)s as the right person, then connect again with those cookies."
    ),
    "taken_elsewhere": _(
        "This account of %(network)s is connected in another workspace. Disconnect it there first,"
        " then connect again here."
    ),
    "cannot_decrypt": _(
        "The stored session can no longer be read. Connect again with new cookies. Nothing is"
        " read or sent until then."
    ),
}
"""Why a member's own session cannot be used; with the network's name."""
SIGNED_OUT = _(
    "%(network)s has signed this session out. Sign in to it in your browser, then connect again"
    " with new cookies. Nothing is read or sent until then."
)


def problem_in_words(code: str) -> str:
    """Return why an account cannot be connected."""
    return str(PROBLEMS.get(code) or _("The network does not let this account be connected."))


def lack_in_words(code: str) -> str:
    """Return why an account cannot do something; `code` may carry details after a colon."""
    return str(LACKS.get(code.partition(":")[0]) or LACKS["refused"])


def trouble_in_words(code: str) -> str:
    """Return why an account must be connected again."""
    return str(TROUBLES.get(code) or _("The network no longer accepts our access."))


def session_trouble_in_words(code: str, network: str) -> str:
    """Return why a member's session cannot be used, and what they do about it."""
    return str(SESSION_TROUBLES.get(code, SIGNED_OUT)) % {"network": network}
