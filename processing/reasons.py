"""Every reason code and the sentence that tells it to people.

The ledger stores codes and numbers; the sentence is made when somebody reads, in the reader's
language.
"""

import re
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.news import NEWS
from integrations.words import sentence_of
from processing.reason_words import CATEGORIES, FAULTS, LEVELS, RISKS, STAGES
from social.words import ABILITIES

SENTENCES: dict[str, Promise] = {
    # --- what happened to the plan
    **NEWS,
    # --- what happened on the way in
    "received": _("The message arrived and was stored."),
    "duplicate": _("The network announced the same message again; it was already stored."),
    "echo_of_ours": _("The network confirmed a message that we sent."),
    "unknown_account": _("The message is for an account that is not connected here."),
    "human_replied": _("A human answered on the network itself; the assistant steps back."),
    "member_replied": _("A member answered from here; the assistant steps back."),
    "taken_over": _("A member took the conversation over; the assistant steps back."),
    "released": _("The conversation was given back to the assistant."),
    "handling_undone": _("A member took that back: who answers is as it was before."),
    "released_by_time": _("The human's time is over; the assistant answers again."),
    "erased": _("The contact is being erased; nothing more is written to them."),
    "restored": _(
        "It dates from before a backup was put back and may have been dealt with already: nothing"
        " is sent by itself, a human should look at the network."
    ),
    # --- gates, passed or not
    "not_seen_before": _("The network brings it for the first time."),
    "written_by_contact": _("The contact wrote it."),
    "echo": _("The network repeats what the account itself wrote."),
    "plan_active": _("The workspace's plan is active."),
    "plan_suspended": _(
        "The workspace's plan is suspended: messages are stored, nothing is answered."
    ),
    "assistant_on": _("The assistant is switched on."),
    "assistant_off": _("The assistant is switched off for this workspace."),
    "not_opted_out": _("The contact accepts messages."),
    "opted_out": _("The contact asked not to be written to; nothing is sent."),
    "assistant_in_charge": _("The assistant is in charge of this conversation."),
    "human_in_charge": _("A human is in charge of this conversation; the assistant stays silent."),
    "account_ready": _("The account is connected."),
    "account_needs_login": _("The account must be connected again before anything can be sent."),
    "account_paused": _("The account is paused."),
    "account_held": _("The network asked the account to slow down; what is written waits."),
    "account_paused_by_us": _(
        "Our operators paused the account for a while; what is written waits."
    ),
    "account_disconnected": _("The account was disconnected; nothing is sent through it."),
    "account_able": _("The account can answer here."),
    "account_lacks": _(
        "The account may not answer here (%(ability)s): a human should, on the network itself."
    ),
    "still_there": _("Nobody took it back."),
    "taken_back": _("Its writer took it back; its words were erased here too."),
    "comment_hidden": _("The comment is hidden from others; nobody would read an answer."),
    "edited_since": _("Its writer changed it meanwhile; the new words get their own answer."),
    "edited": _("The contact changed the message; it is judged anew."),
    "edited_after_answer": _("The contact changed the message after it was answered."),
    "removed": _("The message was taken back; its words were erased here too."),
    "hidden": _("The comment was hidden on the network."),
    "shown": _("The comment is there for everybody again; it is judged anew."),
    "reacted": _("The contact reacted to a message."),
    "referred": _("The contact came back through an advertisement or a link."),
    "thread_is_ours": _("No other app answers in this thread."),
    "another_app_in_control": _("Another app answers in this thread; the assistant stays out."),
    "control_taken": _("Another app took the thread; the assistant stays out of it."),
    "control_given_back": _("The other app gave the thread back; the assistant answers again."),
    "window_full": _(
        "The network takes no more messages until the contact writes again: only a human may act."
    ),
    "confirmed_by_reading": _("It was found in the network's own thread: it was sent."),
    "not_at_network": _(
        "The network does not have it: it was not sent. A human may send it again."
    ),
    "cannot_be_told": _(
        "The network could not tell whether it was sent: please look in the thread yourself."
    ),
    "held_back": _("The network is given time; the message leaves as soon as it may."),
    "paced_hours": _("It leaves in the account's working hours."),
    "paced_gap": _("Another message left a short while ago; this one follows with a pause."),
    "paced_cap": _("The account's messages of the day have left; this one follows tomorrow."),
    "paced_no_browser": _("This server has no browser; the message waits until there is one."),
    "paced_busy": _("The account is in use right now; the message leaves after that."),
    "paced_stopped": _(
        "The account's browser was stopped; nothing leaves until it is allowed again."
    ),
    "paced_consent": _("It waits until the account's owner has agreed to the risk."),
    "paced_no_session": _("The account has no session; it must be connected again."),
    "paced_account_needs_login": _("The account must be connected again before anything leaves."),
    "paced_provider_paused": _("The network is paused for everybody; the message waits."),
    "paced_cooldown": _("The network asked for calm; the account rests, and the message waits."),
    "paced_unknown": _("The network showed a page we do not know; the account rests first."),
    "paced_drift": _("The network changed its pages; nothing is typed until we know them again."),
    "history": _("It was written before the account was connected; nobody waits for an answer."),
    "all_seen": _("Everything that was written there has been read."),
    "reading_thread": _("More was written than was shown: the conversation is read first."),
    "network_allows": _("An answer may leave here by itself."),
    "network_needs_approval": _(
        "On this network a human approves each answer, unless the account's owner agrees to "
        "automatic ones on the account's page."
    ),
    # --- what kind of conversation it is, where a network is sorted
    "not_sorted": _("Conversations of this network are not sorted by what people want."),
    "sorted_as_lead": _("The contact may become a customer."),
    "sorted_as_unsure": _("It is not sure what the contact wants: a draft waits for a human."),
    "sorted_as_sales_pitch": _("The contact wants to sell something; the assistant stays out."),
    "sorted_as_recruiting": _("It is about hiring or being hired; the assistant stays out."),
    "sorted_as_personal": _("It is personal: wishes, thanks or friends; the assistant stays out."),
    "sorted_by_rules": _("By its words the conversation is sorted as: %(category)s."),
    "sorted_by_model": _("The model sorts the conversation as: %(category)s."),
    "sorted_by_member": _("A member sorted the conversation as: %(category)s; this stays."),
    "sorting_given_back": _("A member is not sure of the sorting any more: it is judged anew."),
    "worth_an_answer": _("It is known that an answer is wanted here."),
    "perhaps_no_lead": _("It is not sure that this is a lead: a human decides."),
    "newest": _("It is the contact's newest message."),
    "superseded": _("A newer message of the contact exists; that one gets the answer."),
    "not_answered_yet": _("Nobody has answered it yet."),
    "already_answered": _("It has been answered already."),
    "readable": _("The message has a text to answer."),
    "no_text": _("The message has no text (a picture, a voice note…): a human should look at it."),
    "no_risk_words": _("Nothing in it calls for a human at once."),
    "risk_words": _("The message speaks of something that no machine should answer: %(risk)s."),
    "in_hours": _("It is within the scenario's hours."),
    "waits_for_hours": _("It is outside the scenario's hours; it is answered when they begin."),
    "outside_hours": _("It is outside the scenario's hours: a human should answer."),
    "opens_too_late": _(
        "The scenario's hours begin after the reply window has closed: a human should answer."
    ),
    "provider_ready": _("The network takes messages."),
    "provider_paused": _("The network is paused for everybody; what is written waits."),
    "everything_paused": _("Our operators paused everything for a while; what is written waits."),
    "window_open": _("The network's reply window is open."),
    "window_closed": _("The network's reply window has closed; only a human may still act."),
    "scenario_found": _("The scenario “%(scenario)s” applies."),
    "no_scenario": _("No active scenario applies to this message."),
    "other_scenario": _("The scenario “%(scenario)s” answers this message."),
    "scenario_on": _("The scenario is switched on."),
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
    "quota_waits": _(
        "Few of today's %(limit)s messages are left: this one waits, number %(position)s in the "
        "line; nothing is paid to the model meanwhile."
    ),
    # --- the model's answer
    "model_ready": _("The model answers."),
    "model_paused": _("Our operators paused the model for a while; the message waits."),
    "model_queue": _("The model's calls of this minute are used up; the message waits its turn."),
    "model_not_found": _("The model of the settings does not exist: a human should answer."),
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
    "model_rejected": _(
        "The model's service rejected the request for this message: a human should answer."
    ),
    "brief_too_long": _(
        "The fact sheet and the instruction are too long for the model; shorten them. "
        "A human should answer."
    ),
    "draft_empty": _("The model's answer was empty: a human should answer."),
    "draft_too_long": _("The model's answer is too long for the network: a human should answer."),
    "no_human_needed": _("The assistant can answer without a human."),
    "draft_fits": _("The answer fits into a message of the network."),
    "wants_reply": _("An answer is called for."),
    "draft_safe": _("Nothing foreign stands in the answer."),
    "draft_unsafe": _("The answer held what must not leave (%(codes)s): a human should answer."),
    "facts_supported": _("All it states is borne out by the fact sheet or the customer."),
    "unsupported_facts": _(
        "It states what the fact sheet does not bear out; the words are marked, a human decides."
    ),
    "draft_in_form": _("The answer is finished, and in the customer's language."),
    "draft_doubtful": _("The answer looks unfinished (%(codes)s): a human decides."),
    "confident": _("The model is sure of its answer."),
    "low_confidence": _("The model is not sure of its answer: a human decides."),
    "trust_lost": _("Answers of this kind were taken back to approval."),
    "intent_trusted": _("Answers of this kind have earned to leave by themselves."),
    "asked_for_human": _("The contact should talk to a human."),
    "nothing_to_add": _("The message calls for no answer."),
    "may_send_alone": _("The scenario lets the assistant send by itself."),
    "needs_approval": _("The draft waits for approval."),
    "gave_up": _("Handling failed several times; an operator was told and a human should answer."),
    "replied": _("An answer was written and is about to be sent."),
    # --- what members do with drafts, and what drafts earn
    "approved": _("A member approved the draft."),
    "approved_edited": _("A member changed the draft and approved it."),
    "draft_rejected": _("A member rejected the draft: the contact still waits for an answer."),
    "rejected": _("A member rejected the draft."),
    "rejection_undone": _("A member took the rejection back; the draft waits again."),
    "snoozed": _("A member set the draft aside for later."),
    "approval_undone": _("A member took the approval back; the draft waits again."),
    "newer_message": _(
        "Somebody wrote in this conversation after a member let these words go: they were not "
        "sent. Read what was written, then decide again."
    ),
    "quota_gone": _(
        "Today's quota of %(limit)s messages was used up before the approved draft could leave; "
        "it waits again."
    ),
    "by_hand": _("A member sends these words themselves, on the network."),
    "confirmed_by_hand": _("It was seen on the network: the member sent it themselves."),
    "by_hand_unseen": _("A week went by and it was not seen on the network: it was not sent."),
    "queued_by_hand": _("A member wrote an answer; it waits to be sent."),
    "trust_proposed": _(
        "Enough drafts of this kind were approved unchanged: automatic answers are proposed."
    ),
    "trust_accepted": _("An owner lets the assistant answer messages of this kind by itself."),
    "trust_declined": _("An owner prefers to go on approving answers of this kind."),
    "trust_taken_back": _("An owner wants to approve answers of this kind again."),
    "trust_heavy_edit": _(
        "A draft was changed a lot: answers of this kind wait for approval again."
    ),
    "trust_rejected": _("A draft was rejected: answers of this kind wait for approval again."),
    "trust_given_back": _("The rejection was taken back, and with it what it had cost."),
    "trust_opt_out": _(
        "The contact asked for silence after an automatic answer: answers of this kind wait for "
        "approval again."
    ),
    "trust_complaint": _(
        "The contact complained after an automatic answer: answers of this kind wait for "
        "approval again."
    ),
    # --- the way out
    "queued": _("The answer waits to be sent."),
    "sent": _("The network accepted the message."),
    "confirmed_by_echo": _("The network shows the message: it was sent."),
    "sent_again": _("The network shows the message a second time: it was sent twice."),
    "answered_twice": _(
        "The message had been given up and left after all: its question has another answer by now."
    ),
    "delivered": _("The message was delivered."),
    "read": _("The message was read."),
    "send_retry": _("The network asked us to wait; the message is sent again later."),
    "token_refused": _(
        "The network no longer took the account's access: it is renewed, then the message leaves."
    ),
    "send_unconfirmed": _(
        "The network did not answer: the message may have left, so it is not sent again."
    ),
    "send_refused": _("The network refused the message for good (%(code)s)."),
    "send_failed": _("The message could not be sent after several attempts (%(code)s)."),
    # --- follow-ups
    "planned": _("A follow-up is planned."),
    "moved_to_morning": _("A follow-up is planned; the wanted moment was at night."),
    "moved_before_window_closes": _(
        "A follow-up is planned earlier than wanted, before the reply window closes."
    ),
    "no_moment_left": _(
        "No daytime moment is left before the reply window closes: a human may still write."
    ),
    "night": _("It is night there; the follow-up waits for the morning."),
    "daytime": _("It is daytime there."),
    "follow_up_written": _("A follow-up was written and is about to be sent."),
    "contact_wrote": _("The contact has written; the follow-up is called off."),
    "newer_answer": _("A newer answer left; the follow-up is planned anew."),
    "handed_over": _("A human is needed; the follow-up is called off."),
    "scenario_off": _("The scenario was switched off, changed or put away."),
    "scenario_put_away": _("The follow-up scenario was put away."),
    "cancelled_by_member": _("A member called the follow-up off."),
    "done_by_member": _("A member has seen to it."),
    "task_over": _("The reply window has closed; nothing can be written any more."),
    # --- handoffs and consent
    "handoff_told": _("The contact is told that a human takes over."),
    "opted_out_by_contact": _("The contact asked not to be written to any more."),
    "opted_in_by_contact": _("The contact asked to be written to again."),
    "opted_out_by_member": _("A member noted that the contact wants no messages."),
    "opted_in_by_member": _("A member noted that the contact accepts messages again."),
    "opt_out_confirmed": _("The wish for silence is confirmed, once."),
    # --- leads and tools
    "lead_new": _("A lead was made: %(level)s."),
    "lead_changed": _("The lead is now %(level)s."),
    "lead_same": _("The lead stays %(level)s."),
    "lead_cooled": _("No sign of interest for %(days)s days: the lead is now %(level)s."),
    "lead_corrected": _("A member says that the lead is %(level)s; this stays."),
    "lead_corrected_by_operator": _("Our operators set the lead to %(level)s; this stays."),
    "lead_stage_by_operator": _("Our operators set the lead's stage: %(stage)s."),
    "lead_phone_by_operator": _("Our operators corrected the lead's phone number."),
    "lead_stage": _("A member set the lead's stage: %(stage)s."),
    "lead_level_undone": _("A member took the change back: the lead is %(level)s again."),
    "lead_stage_undone": _("A member took the change of the stage back: %(stage)s."),
    "lead_given_back": _("The contact's words decide on the lead again: %(level)s."),
    "call_back": _("The contact wants to be called: a human should call them."),
    "called_back": _("A member has called the contact."),
    "ai_notice_sent": _("The contact was told that an AI writes."),
    "synced": _("The lead was written into %(tool)s."),
    "sync_failed": _("The lead could not be written into %(tool)s. %(why)s"),
}


class _Blanks(dict[str, Any]):
    """Numbers of a sentence that speaks of many rows: each is left open."""

    def __missing__(self, key: str) -> str:
        return "…"


OPEN_END = re.compile(r"\s*:\s*…\.$")
UNTIL_SOMEBODY = frozenset(
    (
        *("account_needs_login", "account_paused", "paced_account_needs_login", "paced_no_session"),
        *("paced_stopped", "paced_consent", "paced_no_browser", "paced_drift"),
        "paced_provider_paused",
    )
)
"""Why a message waits whose moment nobody knows: a person has to do something first."""


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
    if "stage" in values:
        values["stage"] = STAGES.get(values["stage"], values["stage"])
    if "risk" in values:
        values["risk"] = RISKS.get(values["risk"], values["risk"])
    if "category" in values:
        values["category"] = CATEGORIES.get(values["category"], values["category"])
    if "ability" in values:
        values["ability"] = ABILITIES.get(values["ability"], values["ability"])
    if "codes" in values:
        values["codes"] = ", ".join(str(FAULTS.get(one, one)) for one in values["codes"])
    if reason == "sync_failed" and "code" in values:
        values["why"] = sentence_of(str(values["code"]), str(values.get("tool", "")))
    try:
        return str(template) % values
    except (KeyError, TypeError, ValueError):
        return reason


def sentence_in_general(reason: str) -> str:
    """Return the sentence for `reason` as it is true of many rows: its numbers are left open."""
    template = SENTENCES.get(reason)
    if template is None:
        return reason
    # What only one row knows at the sentence's end is left out with its colon.
    return OPEN_END.sub(".", str(template) % _Blanks())
