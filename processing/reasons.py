"""Every reason code and the sentence that tells it to people.

The ledger stores codes and numbers; the sentence is made when somebody reads, in the reader's
language.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    # --- what happened on the way in
    "received": _("The message arrived and was stored."),
    "duplicate": _("The network announced the same message again; it was already stored."),
    "echo_of_ours": _("The network confirmed a message that we sent."),
    "unknown_account": _("The message is for an account that is not connected here."),
    "human_replied": _("A human answered on the network itself; the assistant steps back."),
    "taken_over": _("A member took the conversation over; the assistant steps back."),
    "released": _("The conversation was given back to the assistant."),
    "released_by_time": _("The human's time is over; the assistant answers again."),
    "erased": _("The contact is being erased; nothing more is written to them."),
    # --- gates, passed or not
    "assistant_on": _("The assistant is switched on."),
    "assistant_off": _("The assistant is switched off for this workspace."),
    "not_opted_out": _("The contact accepts messages."),
    "opted_out": _("The contact asked not to be written to; nothing is sent."),
    "assistant_in_charge": _("The assistant is in charge of this conversation."),
    "human_in_charge": _("A human is in charge of this conversation; the assistant stays silent."),
    "account_ready": _("The account is connected."),
    "account_needs_login": _("The account must be connected again before anything can be sent."),
    "account_paused": _("The account is paused."),
    "newest": _("It is the contact's newest message."),
    "superseded": _("A newer message of the contact exists; that one gets the answer."),
    "not_answered_yet": _("Nobody has answered it yet."),
    "already_answered": _("It has been answered already."),
    "readable": _("The message has a text to answer."),
    "no_text": _("The message has no text (a picture, a voice note…): a human should look at it."),
    "window_open": _("The network's reply window is open."),
    "window_closed": _("The network's reply window has closed; only a human may still act."),
    "scenario_found": _("The scenario “%(scenario)s” applies."),
    "no_scenario": _("No active scenario applies to this message."),
    "under_daily_cap": _("The conversation has had few automatic messages today."),
    "daily_cap": _(
        "This conversation already had %(cap)s automatic messages today: it looks "
        "like a loop, a human should look at it."
    ),
    "settled": _("The contact had time to finish writing."),
    "settling": _("Waiting a moment in case the contact is still writing."),
    "spaced": _("The last automatic message is long enough ago."),
    "five_minutes": _("An automatic message left a short while ago; the next one waits its turn."),
    "quota_left": _("Messages are left in today's quota."),
    "quota_spent": _(
        "Today's quota of %(limit)s messages is used up; nothing was paid to the "
        "model and nothing is sent."
    ),
    # --- the model's answer
    "draft_written": _("The model wrote an answer."),
    "model_retry": _("The model did not answer; it is asked again in a moment."),
    "model_rate_limited": _("The model refused for too many requests: a human should answer."),
    "model_error": _("The model's service failed: a human should answer."),
    "model_timeout": _("The model took too long: a human should answer."),
    "model_unreachable": _("The model's service could not be reached: a human should answer."),
    "model_refused": _("The model declined to answer: a human should."),
    "model_truncated": _("The model's answer was cut off: a human should answer."),
    "model_invalid": _("The model's answer did not have the expected form: a human should answer."),
    "model_out_of_credit": _("The model's account has no credit left: a human should answer."),
    "model_misconfigured": _("The model is not set up correctly: a human should answer."),
    "brief_too_long": _(
        "The fact sheet and the instruction are too long for the model; shorten them. "
        "A human should answer."
    ),
    "draft_empty": _("The model's answer was empty: a human should answer."),
    "draft_too_long": _("The model's answer is too long for the network: a human should answer."),
    "no_human_needed": _("The assistant can answer without a human."),
    "draft_fits": _("The answer fits into a message of the network."),
    "wants_reply": _("An answer is called for."),
    "asked_for_human": _("The contact should talk to a human."),
    "nothing_to_add": _("The message calls for no answer."),
    "may_send_alone": _("The scenario lets the assistant send by itself."),
    "needs_approval": _("The draft waits for approval."),
    "gave_up": _("Handling failed several times; an operator was told and a human should answer."),
    "replied": _("An answer was written and is about to be sent."),
    # --- the way out
    "queued": _("The answer waits to be sent."),
    "sent": _("The network accepted the message."),
    "confirmed_by_echo": _("The network's echo proves that the message was sent."),
    "delivered": _("The message was delivered."),
    "read": _("The message was read."),
    "send_retry": _("The network asked us to wait; the message is sent again later."),
    "send_unconfirmed": _(
        "The network did not answer: the message may have left, so it is not sent again."
    ),
    "send_refused": _("The network refused the message for good (%(code)s)."),
    "send_failed": _("The message could not be sent after several attempts (%(code)s)."),
    # --- leads and tools
    "lead_new": _("A lead was made: %(level)s."),
    "lead_changed": _("The lead is now %(level)s."),
    "lead_same": _("The lead stays %(level)s."),
    "synced": _("The lead was written into %(tool)s."),
    "sync_failed": _("The lead could not be written into %(tool)s (%(code)s)."),
}

LEVELS: dict[str, Promise] = {"hot": _("hot"), "warm": _("warm"), "cold": _("cold")}


def sentence(reason: str, data: dict[str, Any] | None = None) -> str:
    """Return the sentence for `reason` in the active language, filled from `data`.

    An unknown code is returned as it is, so that an old row never breaks a page.
    """
    template = SENTENCES.get(reason)
    if template is None:
        return reason
    values = dict(data or {})
    if "level" in values:
        values["level"] = LEVELS.get(values["level"], values["level"])
    try:
        return str(template) % values
    except (KeyError, TypeError, ValueError):
        return reason
