"""When the assistant answers, as a table that reads like a specification."""

from datetime import timedelta

from processing.decision import DAILY_CAP
from tests.decision.facts import (
    HANDOFF,
    INSTANT,
    LATER,
    MORNING,
    NOW,
    PAST,
    REPLY,
    SILENT,
    SOON,
    WAIT,
    Row,
)
from tests.decision.quota import EVENING, HOT, QUOTA, SHORT

# What stops a message, in the order in which the gates are asked: one row per gate and way.
STOPS: list[Row] = [
    ("the network delivered it before", {"duplicate": True}, SILENT, "duplicate"),
    ("it is the copy of our own words", {"echo": True}, SILENT, "echo"),
    ("the plan is suspended", {"suspended": True}, SILENT, "plan_suspended"),
    ("the assistant is switched off", {"assistant_on": False}, SILENT, "assistant_off"),
    ("the contact opted out", {"opted_out": True}, SILENT, "opted_out"),
    (
        "a human took over until later",
        {"handled_by_human": True, "human_until": SOON},
        SILENT,
        "human_in_charge",
    ),
    ("its writer took it back", {"removed": True}, SILENT, "taken_back"),
    ("another app answers in the thread", {"other_app": True}, SILENT, "another_app_in_control"),
    ("a newer message exists", {"newer_inbound": True}, SILENT, "superseded"),
    ("somebody answered since", {"answered": True}, SILENT, "already_answered"),
    ("twenty automatic messages today", {"automatic_today": DAILY_CAP}, HANDOFF, "daily_cap"),
    ("a picture without words", {"has_text": False}, HANDOFF, "no_text"),
    ("the customer threatens with a lawyer", {"risk": "legal"}, HANDOFF, "risk_words"),
    ("no scenario fits", {"scenario": None}, SILENT, "no_scenario"),
    ("the account may write no comments", {"lacking": "comments"}, HANDOFF, "account_lacks"),
    ("the reply window has closed", {"window_closes_at": PAST}, HANDOFF, "window_closed"),
    (
        "outside the hours, they begin in time",
        {"outside_hours": True, "opens_at": SOON},
        WAIT,
        "waits_for_hours",
    ),
    (
        "the network is paused",
        {"provider_paused": True, "provider_until": SOON},
        WAIT,
        "provider_paused",
    ),
    (
        "the account's login is dead",
        {"account_status": "needs_login", "account_retry_at": SOON},
        WAIT,
        "account_needs_login",
    ),
    ("the contact may still be writing", {"settles_at": SOON}, WAIT, "settling"),
    ("an answer left three minutes ago", {"next_automatic_at": SOON}, WAIT, "five_minutes"),
    (
        "the day's ten messages are used, and the next day comes in time",
        {"quota_limit": 10, "quota_remaining": 0, "quota_renews_at": SOON},
        WAIT,
        "quota_waits",
    ),
    (
        "the model's account has no credit",
        {"model_trouble": "model_out_of_credit"},
        HANDOFF,
        "model_out_of_credit",
    ),
]

# Other ways in which the same gates stop.
ALSO_STOPS: list[Row] = [
    ("the comment is hidden from others", {"hidden": True}, SILENT, "comment_hidden"),
    ("the network's ten messages are used", {"window_left": 0}, HANDOFF, "window_full"),
    (
        "the account rests for a while",
        {"account_held_until": SOON},
        WAIT,
        "account_held",
    ),
    (
        "the account is disconnected",
        {"account_status": "disconnected"},
        SILENT,
        "account_disconnected",
    ),
    (
        "a human took over without an end",
        {"handled_by_human": True, "human_until": None},
        SILENT,
        "human_in_charge",
    ),
    (
        "a human's time ends in an instant",
        {"handled_by_human": True, "human_until": NOW + INSTANT},
        SILENT,
        "human_in_charge",
    ),
    ("more than twenty today", {"automatic_today": DAILY_CAP + 5}, HANDOFF, "daily_cap"),
    ("the window closes at this very moment", {"window_closes_at": NOW}, HANDOFF, "window_closed"),
    (
        "outside the hours, the owner leaves it to a human",
        {"outside_hours": True, "opens_at": SOON, "left_to_human": True},
        HANDOFF,
        "outside_hours",
    ),
    (
        "outside hours that never begin",
        {"outside_hours": True, "opens_at": None},
        HANDOFF,
        "outside_hours",
    ),
    (
        "the hours begin after the window has closed",
        {"outside_hours": True, "opens_at": MORNING, "window_closes_at": LATER},
        HANDOFF,
        "opens_too_late",
    ),
    (
        "the hours begin as the window closes",
        {"outside_hours": True, "opens_at": LATER, "window_closes_at": LATER},
        HANDOFF,
        "opens_too_late",
    ),
    (
        "the hours begin an instant before the window closes",
        {"outside_hours": True, "opens_at": LATER - INSTANT, "window_closes_at": LATER},
        WAIT,
        "waits_for_hours",
    ),
    (
        "outside the hours on a network without a window",
        {"outside_hours": True, "opens_at": MORNING, "window_closes_at": None},
        WAIT,
        "waits_for_hours",
    ),
    ("the owner paused the account", {"account_status": "paused"}, SILENT, "account_paused"),
    (
        "a status that nobody foresaw waits for a login",
        {"account_status": "revoked", "account_retry_at": SOON},
        WAIT,
        "account_needs_login",
    ),
    ("an instant too early to have settled", {"settles_at": NOW + INSTANT}, WAIT, "settling"),
    ("an instant before five minutes", {"next_automatic_at": NOW + INSTANT}, WAIT, "five_minutes"),
    *QUOTA,
    ("self-harm", {"risk": "health"}, HANDOFF, "risk_words"),
    (
        "the model's key is wrong",
        {"model_trouble": "model_misconfigured"},
        HANDOFF,
        "model_misconfigured",
    ),
    ("the model is gone", {"model_trouble": "model_not_found"}, HANDOFF, "model_not_found"),
]

# What looks like a reason and is none.
PASSES: list[Row] = [
    ("nothing stands against it", {}, REPLY, "replied"),
    (
        "the human's time is over now",
        {"handled_by_human": True, "human_until": NOW},
        REPLY,
        "replied",
    ),
    (
        "the human's time has been over",
        {"handled_by_human": True, "human_until": PAST},
        REPLY,
        "replied",
    ),
    ("an end without a human", {"human_until": SOON}, REPLY, "replied"),
    ("one below the cap", {"automatic_today": DAILY_CAP - 1}, REPLY, "replied"),
    ("the window closes in an instant", {"window_closes_at": NOW + INSTANT}, REPLY, "replied"),
    ("a network without a window", {"window_closes_at": None}, REPLY, "replied"),
    ("an opening while it is open", {"opens_at": SOON}, REPLY, "replied"),
    ("left to a human, but open", {"left_to_human": True}, REPLY, "replied"),
    ("an end of a pause that is none", {"provider_until": SOON}, REPLY, "replied"),
    ("a moment to look at a living account", {"account_retry_at": SOON}, REPLY, "replied"),
    ("the settle time is over now", {"settles_at": NOW}, REPLY, "replied"),
    ("no settle time", {"settles_at": None}, REPLY, "replied"),
    ("five minutes have just passed", {"next_automatic_at": NOW}, REPLY, "replied"),
    ("the first automatic message", {"next_automatic_at": None}, REPLY, "replied"),
    ("one that is not kept is left", {**SHORT, "quota_remaining": 3}, REPLY, "replied"),
    ("one is left beside those before it", {**SHORT, "quota_remaining": 6, "quota_ahead": 3},
     REPLY, "replied"),
    ("the last one, for a hot lead", {**HOT, "quota_remaining": 1}, REPLY, "replied"),
    ("two are left for two hot leads", {**HOT, "quota_remaining": 2, "quota_ahead": 1}, REPLY,
     "replied"),
    ("in the evening nothing is kept", {**EVENING, "quota_remaining": 1}, REPLY, "replied"),
    ("it holds one, whoever waits", {**SHORT, "quota_remaining": 0, "quota_held": True,
     "quota_ahead": 5}, REPLY, "replied"),
    ("no limit, whoever waits", {**SHORT, "quota_remaining": None, "quota_ahead": 5}, REPLY,
     "replied"),
    ("one message is left", {"quota_limit": 10, "quota_remaining": 1}, REPLY, "replied"),
    ("a plan without a limit", {"quota_limit": None, "quota_remaining": None}, REPLY, "replied"),
    (
        "it holds the last one itself",
        {"quota_limit": 10, "quota_remaining": 0, "quota_held": True},
        REPLY,
        "replied",
    ),
    (
        "it waits within its window for a whole night",
        {"window_closes_at": NOW + timedelta(hours=24)},
        REPLY,
        "replied",
    ),
]  # fmt: skip

# Two or more things at once, as they happen to people.
TOGETHER: list[Row] = [
    (
        "an opted-out customer asks a lawyer's question",
        {"opted_out": True, "risk": "legal"},
        SILENT,
        "opted_out",
    ),
    (
        "a human is in charge and the window has closed",
        {"handled_by_human": True, "window_closes_at": PAST},
        SILENT,
        "human_in_charge",
    ),
    (
        "a burst whose first message was a threat: the newest decides",
        {"newer_inbound": True, "risk": "legal"},
        SILENT,
        "superseded",
    ),
    (
        "a threat at night does not wait for the morning",
        {"risk": "legal", "outside_hours": True, "opens_at": MORNING},
        HANDOFF,
        "risk_words",
    ),
    (
        "a threat with the quota spent still reaches a human",
        {"risk": "legal", "quota_limit": 10, "quota_remaining": 0},
        HANDOFF,
        "risk_words",
    ),
    (
        "a picture with the quota spent still reaches a human",
        {"has_text": False, "quota_limit": 10, "quota_remaining": 0},
        HANDOFF,
        "no_text",
    ),
    (
        "no scenario, and a threat: silence would be wrong",
        {"scenario": None, "risk": "legal"},
        HANDOFF,
        "risk_words",
    ),
    (
        "the window closed while the login was dead",
        {"window_closes_at": PAST, "account_status": "needs_login", "account_retry_at": SOON},
        HANDOFF,
        "window_closed",
    ),
    (
        "the login is dead and the account's network paused",
        {
            "provider_paused": True,
            "provider_until": LATER,
            "account_status": "needs_login",
            "account_retry_at": SOON,
        },
        WAIT,
        "provider_paused",
    ),
    (
        "still writing, five minutes not over: first the settle time",
        {"settles_at": SOON, "next_automatic_at": LATER},
        WAIT,
        "settling",
    ),
    (
        "the quota is spent, and five minutes are not over: wait first, it may be tomorrow then",
        {"next_automatic_at": SOON, "quota_limit": 10, "quota_remaining": 0},
        WAIT,
        "five_minutes",
    ),
    (
        "the quota is spent and the model broken: nothing was going to be asked",
        {"quota_limit": 10, "quota_remaining": 0, "model_trouble": "model_out_of_credit"},
        SILENT,
        "quota_spent",
    ),
    (
        "the assistant is off and the plan suspended",
        {"assistant_on": False, "suspended": True},
        SILENT,
        "plan_suspended",
    ),
    (
        "two machines at night",
        {"automatic_today": DAILY_CAP, "outside_hours": True, "opens_at": MORNING},
        HANDOFF,
        "daily_cap",
    ),
    (
        "a message answered by hand, seen twice",
        {"duplicate": True, "answered": True},
        SILENT,
        "duplicate",
    ),
    (
        "closed shop, owner's choice a human, but no scenario",
        {"outside_hours": True, "left_to_human": True, "scenario": None},
        SILENT,
        "no_scenario",
    ),
    (
        "the shop opens later than a dead login is looked at",
        {
            "outside_hours": True,
            "opens_at": LATER,
            "account_status": "needs_login",
            "account_retry_at": SOON,
        },
        WAIT,
        "waits_for_hours",
    ),
]
TABLE = [*STOPS, *ALSO_STOPS, *PASSES, *TOGETHER]
