"""What a member agrees to before Flow IA acts in her LinkedIn session (linkedin.md 1).

Two statements: "session" (connecting at all) and "automation" (answers that nobody approves). A
consent names the version and the digest of the text that was read: whoever changes a word changes
the version, which is the date of its wording. The figures stand in words: they are promised, not
configured.
"""

from django.utils.translation import gettext_lazy as _

from social.sessioning import Statement

SESSION, AUTOMATION = "session", "automation"


STATEMENTS: dict[str, Statement] = {
    SESSION: Statement(
        SESSION,
        "2026-11-29",
        (
            _(
                "There are ways that LinkedIn permits, and we recommend them first: write your"
                " answers by hand on LinkedIn; work with LinkedIn's own export of your data; use"
                " the interfaces that LinkedIn opens to its partners."
            ),
            _(
                "LinkedIn forbids what you are about to allow. Section 8.2 of its User Agreement"
                " prohibits bots and other automated methods of using the service, and of sending"
                " messages in particular. Using your own session does not make it permitted."
            ),
            _(
                "LinkedIn may restrict your account or close it for good, without warning and at"
                " any time. This would be your account, with your contacts and your messages."
                " Flow IA can neither prevent it nor undo it."
            ),
            _(
                "Your cookies are full access to your LinkedIn account: whoever holds them can do"
                " all that you can do there, without your password. We keep them encrypted and use"
                " them for your messages alone."
            ),
            _(
                "LinkedIn may notice that your session is used from another place, and end it."
                " You may then be signed out in your own browser, too."
            ),
            _(
                "Flow IA does not hide. Its browser says that it is automated; it does not imitate"
                " your device, does not change its address, solves no security check and types no"
                " password. It is therefore likely to be recognised."
            ),
            _(
                "At any sign-in page, security check, refusal or restriction, Flow IA stops and"
                " tells you. It goes on after you have settled the matter with LinkedIn yourself"
                " and, where your session ended, connected again; after a refusal for too many"
                " requests, not before hours have passed."
            ),
            _(
                "What it does: it looks at the list of your conversations, at most every 15"
                " minutes by itself, and besides when an answer is sent, when it has to find out"
                " whether one left, or when you ask for a look. It opens a conversation only to"
                " answer it, or to see whether an answer left; the other person may then see it as"
                " read. It writes answers to people who wrote to you. It does nothing else: no"
                " invitations, no visits of profiles, no collecting of contacts."
            ),
            _(
                "Its limits: it works from Monday to Friday between 9:00 and 19:00 in your time"
                " zone, unless you choose otherwise. It sends 5 messages on its first day and 2"
                " more on each further day of use, up to 20 a day, at least 2 minutes apart."
                " LinkedIn publishes no limit: these figures are courtesy, not safety."
            ),
            _(
                "Nothing is sent without you: you approve every answer before it leaves, unless"
                " you agree to more in a second statement."
            ),
            _(
                "The people who write to you did not agree to anything. Their messages are"
                " personal data: we keep them as long as your workspace says, and a language model"
                " reads those that are to be answered."
            ),
            _(
                "You may take this consent back at any time, on the page of your accounts. Flow IA"
                " then stops at once and deletes your cookies. Sign out of LinkedIn as well if you"
                " want to be certain that they open nothing any more."
            ),
        ),
    ),
    AUTOMATION: Statement(
        AUTOMATION,
        "2026-11-29",
        (
            _(
                "You allow Flow IA to send answers from your LinkedIn account that nobody has read"
                " before. This goes beyond your first consent, all of which still holds."
            ),
            _(
                "The risk is higher. Section 8.2 of LinkedIn's User Agreement names automated"
                " messages, and people who notice one may report you. Your account may be"
                " restricted or closed."
            ),
            _(
                "The answers are written in your name by a language model. They may be wrong, and"
                " you answer for them."
            ),
            _(
                "The limits stay the same: your working hours, at least 2 minutes between two"
                " messages, 5 a day at first and 20 a day at the most, a stop at any wall. Where"
                " Flow IA is unsure, it still asks you."
            ),
            _(
                "You may take this second consent back at any time, on the page of your accounts."
                " Answers then wait for your approval again; those that have left cannot be called"
                " back."
            ),
        ),
    ),
}


def statement(kind: str) -> Statement:
    """Return the present text of a kind; raises KeyError of an unknown one."""
    return STATEMENTS[kind]
