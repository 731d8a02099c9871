"""What an operators' pause of one account, or of everything, means for the account; pure."""

from django.utils.translation import gettext as _

from social.judged import Judged, said
from social.models import SocialAccount
from social.surroundings import Surroundings


def stopped_by_operators(account: SocialAccount, around: Surroundings) -> Judged | None:
    """Return what is told while operators let the account rest, in the active language."""
    if not around.stopped:
        return None
    until = around.stopped_until
    if until is None:
        words = _("Flow IA's team paused it: answers wait. What arrives is kept.")
        return Judged("operators_paused", words)
    words = _("Flow IA's team paused it until %(until)s: answers wait. What arrives is kept.")
    words %= {"until": said(until, account)}
    return Judged("operators_paused", words, until=until)
