"""What can happen to a plan, in words: the reasons of `PlanChange`, for pages, letters, ledger."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NEWS: dict[str, Promise] = {
    "plan_started": _("The plan %(after)s began."),
    "plan_changed": _("The plan changed from %(before)s to %(after)s."),
    "period_changed": _("The plan %(after)s is now paid %(period)s."),
    "cancel_planned": _("The plan %(after)s was cancelled and ends on %(until)s."),
    "cancel_undone": _("The plan %(after)s goes on: its cancellation was taken back."),
    "plan_ended": _("The plan %(before)s ended; the workspace is on %(after)s."),
    "payment_failed": _("The payment for %(after)s failed. It is tried again on %(until)s."),
    "payment_action": _("Your bank asks you to confirm the payment for %(after)s."),
    "payment_given_up": _(
        "The payment for %(before)s failed for good: until it is paid, %(after)s applies."
    ),
    "plan_resumed": _("The plan %(after)s applies again."),
    "plan_paused": _("The plan %(before)s is paused: meanwhile, %(after)s applies."),
    "payment_repaired": _("The payment went through: %(after)s applies again."),
    "trial_ends": _("The trial of %(after)s ends on %(until)s."),
    "customer_deleted": _(
        "The customer was deleted at Stripe: messages are stored, nothing is answered."
    ),
    "operator_changed": _("An operator changed the plan from %(before)s to %(after)s."),
    "operator_suspended": _("An operator suspended the workspace: nothing is answered."),
    "operator_restored": _("An operator lifted the suspension."),
    "freemium_chosen": _("An owner chose %(after)s: messages are answered again."),
}
TITLES: dict[str, Promise] = {
    "plan_started": _("%(after)s began"),
    "plan_changed": _("The plan is now %(after)s"),
    "period_changed": _("%(after)s is now paid %(period)s"),
    "cancel_planned": _("%(after)s was cancelled"),
    "cancel_undone": _("%(after)s goes on"),
    "plan_ended": _("%(before)s ended"),
    "payment_failed": _("The payment for %(after)s failed"),
    "payment_action": _("Confirm the payment for %(after)s with your bank"),
    "payment_given_up": _("The payment for %(before)s failed for good"),
    "plan_resumed": _("%(after)s applies again"),
    "plan_paused": _("%(before)s is paused"),
    "payment_repaired": _("The payment for %(after)s went through"),
    "trial_ends": _("The trial of %(after)s ends soon"),
    "customer_deleted": _("Nothing is answered any more: the customer was deleted"),
    "operator_changed": _("An operator changed your plan to %(after)s"),
    "operator_suspended": _("Nothing is answered any more: the workspace is suspended"),
    "operator_restored": _("The workspace is no longer suspended"),
    "freemium_chosen": _("Messages are answered again, with %(after)s"),
}
"""The same in a few words, as the subject of a letter."""
NOT_TRIED_AGAIN = _("The payment for %(after)s failed.")
ENDED_UNPAID = _("The payment for %(before)s failed for good: the plan ended, %(after)s applies.")


def title_of(reason: str, data: dict[str, Any]) -> str:
    """Return what happened in a few words, in the active language, without a full stop."""
    template = str(TITLES.get(reason, reason))
    try:
        return template % data
    except KeyError:
        return template


def sentence_of(reason: str, data: dict[str, Any]) -> str:
    """Return what happened, in the active language; `data` brings what the sentence names."""
    template = _template(reason, data)
    try:
        return template % data
    except KeyError:
        return template


def _template(reason: str, data: dict[str, Any]) -> str:
    """Return the words for a reason; two of them depend on what Stripe does next."""
    if reason == "payment_failed" and not data.get("until"):
        return str(NOT_TRIED_AGAIN)
    if reason == "payment_given_up" and data.get("status") == "canceled":
        return str(ENDED_UNPAID)
    return str(NEWS.get(reason, reason))
