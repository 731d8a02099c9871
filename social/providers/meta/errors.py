"""Meta's error codes as data (meta.md, section 8).

A code stands alone or with its subcode ("10/2018278"); the more exact rule counts. What a rule says
of a call that changes something holds for reading too, except that reading can be tried again.
"""

from social.refusals import Action, Rule

GRAPH = "Graph API, error handling"
MESSENGER = "Messenger Platform, error codes (18 Mar 2026)"
INSTAGRAM = "Instagram Platform, messaging API and private replies (30 Jun 2026)"
CHANGES = "Messenger Platform, changelog (25 Jun 2026)"
LIMITS = "Graph API, rate limiting; Messenger Platform, rate limiting (23 Mar 2026)"
LOGIN = "Facebook Login, manual flow; observed"
OBSERVED = "observed, not documented"

HOUR = 3600
NO_ENVELOPE = "no envelope"
"""The code of an answer that is not Graph's own, or of a failure whose code nobody lists."""

PASSING = (
    Rule(
        ("1", "2", NO_ENVELOPE),
        "unknown trouble, a service that is down, or an answer of something in between",
        Action.UNKNOWN,
        GRAPH,
    ),
    Rule(("1200",), "a passing failure to send", Action.RETRY, MESSENGER, wait=5),
    Rule(("1545133",), "a passing failure", Action.RETRY, MESSENGER, wait=5),
    Rule(("4",), "the app's limit of calls", Action.PAUSE_PROVIDER, LIMITS, wait=60),
    Rule(("17",), "the person's limit of calls", Action.PAUSE_ACCOUNT, LIMITS, wait=60),
    Rule(("32",), "the Page's limit of calls", Action.PAUSE_ACCOUNT, LIMITS, wait=60),
    Rule(("341",), "the app's limit for longer", Action.PAUSE_PROVIDER, LIMITS, wait=600),
    Rule(
        ("613",),
        "the limit of one kind of call (private replies, conversations)",
        Action.RETRY,
        LIMITS,
        wait=60,
    ),
    Rule(
        ("80000-80014",),
        "a business use case limit: Pages 80001, Instagram 80002, Messenger 80006",
        Action.PAUSE_ACCOUNT,
        LIMITS,
        wait=60,
    ),
    Rule(
        ("10/1893063",),
        "the Page is kept from sending for a while",
        Action.PAUSE_ACCOUNT,
        CHANGES,
        name="page_restricted",
        wait=HOUR // 2,
    ),
    Rule(
        ("368",),
        "blocked for abuse of the rules: a human must look",
        Action.PAUSE_ACCOUNT,
        GRAPH,
        name="blocked_for_abuse",
        wait=4 * HOUR,
    ),
    Rule(
        ("506",),
        "the same text was written just before",
        Action.UNKNOWN,
        GRAPH,
        name="duplicate_text",
    ),
)
TOKENS = (
    Rule(("190/458",), "the person removed the app", Action.RECONNECT, GRAPH),
    Rule(("190/459",), "the person must pass a checkpoint", Action.RECONNECT, GRAPH),
    Rule(("190/460",), "the person's password changed", Action.RECONNECT, GRAPH),
    Rule(("190/463",), "the token expired", Action.RECONNECT, GRAPH),
    Rule(("190/464",), "the person is not confirmed", Action.RECONNECT, GRAPH),
    Rule(("190/467",), "the token is invalid", Action.RECONNECT, GRAPH),
    Rule(("190/492",), "the person has no role on the Page any more", Action.RECONNECT, GRAPH),
    Rule(("190", "102"), "the token is dead", Action.RECONNECT, GRAPH),
)
WINDOW = (
    Rule(
        ("10/2018278", "10/2018065"),
        "outside the 24 hours, on Messenger",
        Action.REFUSE,
        MESSENGER,
        name="window_closed",
    ),
    Rule(
        ("10/2534022",),
        "outside the 24 hours, on Instagram",
        Action.REFUSE,
        INSTAGRAM,
        name="window_closed",
    ),
    Rule(
        ("10/2018300",),
        "another app controls the thread",
        Action.REFUSE,
        MESSENGER,
        name="another_app_in_control",
    ),
)
PERMISSIONS = (
    Rule(
        ("10/2018108",),
        "the person cannot be written to, or our app is in development",
        Action.REFUSE,
        MESSENGER,
        name="person_unavailable",
    ),
    Rule(
        ("200/2018028", "200/2534041"),
        "this person may not be written to",
        Action.REFUSE,
        MESSENGER,
    ),
    Rule(("3",), "our app lacks a capability", Action.LACKS, GRAPH, lacks="direct"),
    Rule(("10",), "our app lacks a permission", Action.LACKS, GRAPH, lacks="direct"),
    Rule(
        ("200-229", "231-299"), "the person did not grant this", Action.LACKS, GRAPH, lacks="direct"
    ),
)
PEOPLE = (
    Rule(
        ("100/2018001", "100/2534014"),
        "nobody with that id",
        Action.REFUSE,
        MESSENGER,
        name="no_such_person",
    ),
    Rule(
        ("551", "551/1545041"),
        "the person is not available",
        Action.REFUSE,
        MESSENGER,
        name="person_unavailable",
    ),
    Rule(
        ("100/2534013", "100/2534029", "100/2534122"),
        "the person or the thread is restricted",
        Action.REFUSE,
        INSTAGRAM,
        name="person_unavailable",
    ),
    Rule(("2534001",), "the thread was deleted", Action.REFUSE, INSTAGRAM, name="thread_deleted"),
    Rule(
        ("230", "9010"),
        "the profile may not be read",
        Action.REFUSE,
        OBSERVED,
        name="profile_hidden",
    ),
)
WORDS = (
    Rule(
        ("100/2534025", "10900"),
        "the comment was answered in private before, or is older than 7 days",
        Action.REFUSE,
        INSTAGRAM,
        name="private_reply_used",
    ),
    Rule(("100/2018109",), "the attachment is too big", Action.REFUSE, MESSENGER),
    Rule(("100/2018034",), "the message is empty", Action.REFUSE, MESSENGER),
    Rule(("2/2018344",), "labels of the privacy terms", Action.REFUSE, MESSENGER),
    Rule(
        ("100/33",),
        "the object does not exist, or not for us",
        Action.REFUSE,
        OBSERVED,
        name="no_such_object",
    ),
    Rule(("100",), "a parameter is wrong (also: a retired tag)", Action.REFUSE, GRAPH),
)
LOGINS = (
    Rule(
        ("100/36007", "100/36009", "oauth/400"),
        "the code of a login is used up, expired or unknown",
        Action.REFUSE,
        LOGIN,
        name="code_refused",
    ),
    Rule(
        ("100/36008", "191"),
        "the address to come back to differs from the app's settings",
        Action.REFUSE,
        LOGIN,
        name="redirect_refused",
    ),
    Rule(("101",), "our app's id or secret is wrong", Action.REFUSE, LOGIN, name="app_refused"),
    Rule(("oauth/429",), "too many logins at once", Action.RETRY, LOGIN, wait=60),
)
RULES: tuple[Rule, ...] = (*PASSING, *TOKENS, *WINDOW, *PERMISSIONS, *PEOPLE, *WORDS, *LOGINS)
