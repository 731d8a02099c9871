"""The names of what can go wrong on LinkedIn (linkedin.md 3, 5 and 7): a table without code."""

GATES = {
    "login": "302 to /login",
    "login_script": "the page loads, then a script leads to /login",
    "uas_login": "302 to /uas/login",
    "authwall": "302 to /authwall?sessionRedirect=…/messaging/…",
    "authwall_script": "a script leads to the same",
    "signup_script": "a script leads to /signup/cold-join",
    "checkpoint": "302 to /checkpoint/challenge/…",
    "checkpoint_script": "a script leads to the same",
    "challenge": "302 to /challenge/",
    "challenge_error": "302 to /checkpoint/…?errorKey=challenge_global_internal_error",
    "challenge_error_script": "a script leads to the same",
    "chooser": "the account chooser, at the address that was asked for",
    "sign_in": "a login form at the address that was asked for",
    "redirect_loop": "302 to the same address, without end",
    "999": "HTTP 999",
    "429": "HTTP 429",
    "too_many_requests": "200, no <main>, the text 'too many requests'",
    "restricted": "200, the account is restricted",
    "error": "HTTP 500",
    "unknown": "200, a page with nothing that is known",
    "hang": "no answer for hang_ms",
    "cut": "the connection closes without an answer",
}
SCRIPTED = frozenset(name for name in GATES if name.endswith("_script"))

ANSWERS = {
    "401": "logged out",
    "403": "csrf or logged out",
    "login": "302 to /login",
    "429": "too many requests",
    "999": "refused as a robot",
    "500": "an error",
    "no_root": "200 with JSON that has no known root",
    "html": "200 with a page instead of JSON",
    "hang": "no answer for hang_ms",
}

SENDS = {
    "400": "refused, nothing kept",
    "401": "logged out, nothing kept",
    "403": "refused, nothing kept",
    "422": "refused, nothing kept",
    "429": "too many, nothing kept",
    "999": "refused as a robot, nothing kept",
    "500": "an error, nothing kept",
    "503": "an error, nothing kept",
    "500_kept": "an error, and the message is kept all the same",
    "no_urn": "200 without entityUrn, and the message is kept",
    "late": "kept at once, answered after hang_ms",
    "hang": "kept, never answered within hang_ms",
    "cut": "kept, then the connection closes without an answer",
    "hang_before": "nothing kept, never answered within hang_ms",
    "cut_before": "nothing kept, the connection closes without an answer",
    "twice": "kept and shown twice",
    "checkpoint": "kept by no means: 302 to /checkpoint/…",
}
KEEPS = frozenset({"500_kept", "no_urn", "late", "hang", "cut", "twice"})

CONVERSATION_ROOTS = ("BySyncToken", "ByCategoryQuery", "ByRecipients", "ByIds")
MESSAGE_ROOTS = ("BySyncToken", "ByConversation", "ByAnchorTimestamp")

STALE = {
    "hidden": "it stays in the document, hidden, before the new one",
    "under": "it stays in the document, visible, before the new one",
    "late": "it stays in the new one's place for stale_ms, though the address has changed",
    "never": "it stays in the new one's place for good, though the address has changed",
}

COMPOSERS = {
    "doubles": "every blank line becomes two",
    "changes": "a little after the last key it adds a word",
    "loses": "it loses the first line",
    "keeps": "the text stays in it after it was sent",
    "optimistic": "it is empty at once, before LinkedIn answers",
}

ELEMENTS = {
    "list": 2,
    "row": 3,
    "row_link": 3,
    "name": 3,
    "snippet": 1,
    "unread": 4,
    "more": 1,
    "panel": 2,
    "event": 2,
    "incoming": 1,
    "body": 1,
    "sender": 1,
    "time": 2,
    "title": 3,
    "composer": 2,
    "send": 3,
    "nav": 2,
    "form": 1,
}
"""How many forms each element has, the newest first, in the order of linkedin.md 3's chains."""
