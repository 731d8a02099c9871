"""What a run of the browser came to, as the house is told: one rule for each code.

The codes are ours: LinkedIn names none (linkedin.md 5 and 7).
"""

from social.errors import OVERTAKEN, ProviderError
from social.providers.linkedin.browser import Outcome
from social.refusals import Action, Rule, error_for, rule_for

STATES = "linkedin.md 5"
SENDING = "linkedin.md 3 and 7"
HALF_A_MINUTE, FIVE_MINUTES, HOUR, TWO_HOURS = 30, 300, 3600, 7200
RULES = (
    Rule(("needs_login",), "the session is signed out", Action.RECONNECT, STATES),
    Rule(("checkpoint",), "LinkedIn asks its member for a check", Action.RECONNECT, STATES),
    Rule(("restricted",), "LinkedIn restricted the account", Action.RECONNECT, STATES),
    Rule(
        ("cooldown",),
        "LinkedIn asks for calm (429, 999, a challenge)",
        Action.PAUSE_ACCOUNT,
        STATES,
        wait=TWO_HOURS,
    ),
    Rule(
        ("unknown",),
        "a page that we do not know",
        Action.PAUSE_ACCOUNT,
        STATES,
        wait=TWO_HOURS,
    ),
    Rule(("drift",), "an element is no longer where it was", Action.RETRY, "linkedin.md 9",
         wait=HOUR),
    Rule(("no_browser",), "this machine has no browser", Action.RETRY, "linkedin.md 8", wait=HOUR),
    Rule(("failed",), "the run broke off before anything was sent", Action.RETRY, "linkedin.md 8",
         wait=FIVE_MINUTES),
    Rule(("unconfirmed",), "sent, and nobody knows whether it arrived", Action.UNKNOWN, SENDING),
    Rule((OVERTAKEN,), "somebody wrote in the thread meanwhile: a member who had decided is asked "
         "again", Action.RETRY, SENDING, wait=HALF_A_MINUTE),
    Rule(("stale_page", "thread_not_listed", "row_missing", "list_moved", "focus_lost",
          "composer_unreachable", "send_unreachable", "send_disabled"),
         "the page did not come to rest; surely nothing was sent", Action.RETRY, SENDING,
         wait=FIVE_MINUTES),
    Rule(("wrong_thread", "wrong_recipient", "ambiguous_name", "two_composers", "two_buttons"),
         "it is not certain that this is the right thread", Action.REFUSE, SENDING),
    Rule(("not_messageable",), "LinkedIn lets nobody write to this person", Action.REFUSE, SENDING),
    Rule(("text_differs", "composer_not_empty"),
         "the composer does not hold what was approved", Action.REFUSE, SENDING),
    Rule(("400-499",), "LinkedIn refused the message when it was sent", Action.REFUSE, SENDING),
    Rule(("sent_early", "sent_elsewhere", "send_unreadable"),
         "the page was about to send something else, and was stopped", Action.REFUSE, SENDING),
    Rule(("no_thread", "incomplete"), "what would prove the thread is not known", Action.REFUSE,
         SENDING),
)  # fmt: skip
LOST = "unconfirmed"
STATUS = "status_"
"""What stands before the HTTP status of the page's own send."""


def error_of(code: str) -> ProviderError:
    """Return what the house is told of one of our codes; an unknown one is a refusal for good."""
    rule = rule_for(RULES, code, code.removeprefix(STATUS))
    return error_for(rule, code) if rule else ProviderError(code)


def check(outcome: Outcome) -> None:
    """Raise ProviderError unless the run saw what it was for."""
    code = outcome.state if outcome.state != "ok" else why_not(outcome)
    if code:
        raise error_of(code)


def why_not(outcome: Outcome) -> str:
    """Return why a run in a session that is well did not do what it was for; "" when it did.

    Of a send it is said in `why`, of other jobs in `detail` alone.
    """
    return (outcome.why or outcome.detail) if outcome.state == "ok" else ""
