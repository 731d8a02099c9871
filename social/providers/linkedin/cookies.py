"""Reading the cookies that a member gives, strictly: what her session needs, and nothing else.

linkedin.md 6 is the source of every rule here. Other sites' cookies are dropped and counted. Pure;
no error and no representation tells a value, a name or a domain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from flowia.lib.errors import FlowError
from social.providers.linkedin.cookiefiles import (
    BrokenError,
    TooMuchError,
    UnreadableError,
    fields_of,
)
from social.providers.linkedin.storage import (
    LATEST,
    NEVER,
    SESSION,
    TOKEN,
    Cookie,
    Storage,
    expires_of,
    for_base,
    from_base,
    is_linkedins,
    is_sent,
)

__all__ = [
    "CookiesError",
    "Jar",
    "expires_of",
    "for_base",
    "from_base",
    "read_cookies",
    "storage_of",
]

Sentence = str | Promise
LONGEST, LONGEST_PATH = 4096, 1024
MILLISECONDS_FROM = 1e11
SAME_SITE = {
    "no_restriction": "None",
    "none": "None",
    "lax": "Lax",
    "strict": "Strict",
    "unspecified": "",
    "": "",
}
USUAL = {"bcookie", "bscookie", "lidc"}
SENTENCES: dict[str, Sentence] = {
    "cookies_not_understood": _(
        "These are no cookies in a form that we read. Export the cookies of linkedin.com with an"
        " extension such as Cookie-Editor (JSON or Netscape), and paste all of the export."
    ),
    "cookies_too_big": _(
        "This is more than one site's cookies: we read at most 200 of them, 4 KB each and 256 KB"
        " in all. Export the cookies of linkedin.com alone."
    ),
    "cookies_foreign": _(
        "No cookie of linkedin.com is among these. Open LinkedIn in your browser, and export the"
        " cookies from its page."
    ),
    "cookies_session_missing": _(
        "The cookie li_at is missing: it is there when you are signed in. Sign in to LinkedIn in"
        " your browser, then export all cookies of linkedin.com again."
    ),
    "cookies_token_missing": _(
        "The cookie JSESSIONID is missing. Export all cookies of linkedin.com, also those that end"
        " with the session, and paste the whole export."
    ),
}
FEW_COOKIES = _(
    "Some cookies that LinkedIn usually sets are missing. It may refuse this session: better export"
    " all cookies of linkedin.com."
)
SOME_EXPIRED = _("Some cookies had expired and were left out.")
_day = lazy(date_format, str)


class CookiesError(FlowError):
    """The cookies cannot be used; `code` says why, the sentence what to do."""

    def __init__(self, code: str, detail: Sentence | None = None) -> None:
        self.code = code
        sentence = detail or SENTENCES[code]
        super().__init__(sentence, errors={"cookies": [sentence]})


@dataclass(frozen=True, repr=False)
class Jar:
    """LinkedIn's cookies of one session, as Playwright takes them.

    `dropped` counts other sites' cookies, `expires_at` is the end that li_at tells (None: none),
    `notes` are sentences that stop nothing, but may explain what comes.
    """

    cookies: tuple[Cookie, ...]
    dropped: int = 0
    expires_at: datetime | None = None
    notes: tuple[Sentence, ...] = ()


def read_cookies(given: object, *, now: datetime) -> Jar:
    """Return the session in `given`: one of the three forms as text, or its parsed JSON.

    `now` is aware. Raises CookiesError (400).
    """
    fields, failure = _fields(given)
    if failure is not None:
        raise failure
    mine = [(number, one) for number, one in fields if is_linkedins(_trimmed(one.get("domain")))]
    if not mine:
        raise CookiesError("cookies_foreign")
    cookies = [_cookie(one, number) for number, one in mine]
    over = [one for one in cookies if 0 < one["expires"] <= now.timestamp()]
    alive = [one for one in cookies if one not in over]
    unique = {(one["name"], one["domain"], one["path"]): one for one in alive}
    found = tuple(unique.values())
    for name, code in ((SESSION, "cookies_session_missing"), (TOKEN, "cookies_token_missing")):
        if not _has(found, name):
            raise _expired_or(code, [one for one in over if one["name"] == name])
    few = USUAL.isdisjoint(one["name"] for one in found)
    notes = {FEW_COOKIES: few, SOME_EXPIRED: bool(over)}
    return Jar(
        found,
        dropped=len(fields) - len(mine),
        expires_at=expires_of({"cookies": [one for one in found if is_sent(one)]}),
        notes=tuple(sentence for sentence, told in notes.items() if told),
    )


def storage_of(jar: Jar) -> Storage:
    """Return the storage state that opens a browser with the jar's cookies."""
    return {"cookies": [dict(one) for one in jar.cookies], "origins": []}


def _fields(given: object) -> tuple[list[tuple[int, dict[str, Any]]], CookiesError | None]:
    """The error is returned, so that it is raised without those that hold what was given."""
    try:
        return list(enumerate(fields_of(given), start=1)), None
    except UnreadableError:
        return [], CookiesError("cookies_not_understood")
    except TooMuchError:
        return [], CookiesError("cookies_too_big")
    except BrokenError as error:
        return [], _broken(error.number)


def _broken(number: int) -> CookiesError:
    sentence = format_lazy(
        _(
            "Cookie number {number} of the export is damaged. Export the cookies of linkedin.com"
            " again, and paste them unchanged."
        ),
        number=number,
    )
    return CookiesError("cookies_broken", sentence)


def _cookie(fields: Mapping[str, Any], number: int) -> Cookie:
    """Return one of LinkedIn's cookies in Playwright's words; raises CookiesError."""
    texts = [fields.get("name"), fields.get("value"), fields.get("path") or "/"]
    flags = [fields.get(key) or False for key in ("secure", "httpOnly", "hostOnly")]
    same_site = SAME_SITE.get(str(fields.get("sameSite") or "").lower())
    expires = _expires(fields)
    if same_site is None or expires is None or not _are_texts(texts) or not _are_flags(flags):
        raise _broken(number)
    (name, value, path), (secure, http_only, host_only) = texts, flags
    bare = _trimmed(fields["domain"]).removeprefix(".").lower()
    cookie: Cookie = {
        "name": name,
        "value": value,
        "domain": bare if host_only else f".{bare}",
        "path": path,
        "expires": expires,
        "httpOnly": http_only,
        # Chromium drops SameSite=None without Secure, and says nothing.
        "secure": secure or same_site == "None",
    }
    return {**cookie, "sameSite": same_site} if same_site else cookie


def _are_texts(texts: list[Any]) -> bool:
    if not all(_is_text(one) for one in texts):
        return False
    name, value, path = texts
    short = len(name.encode()) + len(value.encode()) <= LONGEST and len(path) <= LONGEST_PATH
    return short and path.startswith("/") and name.strip(" ") != "" and "=" not in name


def _are_flags(flags: list[Any]) -> bool:
    return all(isinstance(one, bool) for one in flags)


def _trimmed(domain: Any) -> str:
    return domain.strip(" ") if isinstance(domain, str) else ""


def _is_text(value: Any) -> bool:
    """No control characters, nothing that ends a cookie in its header, nothing unwritable."""
    return isinstance(value, str) and not any(
        sign < " " or sign in ";\x7f" or "\ud800" <= sign <= "\udfff" for sign in value
    )


def _expires(fields: Mapping[str, Any]) -> float | None:
    """Return the end in seconds, NEVER of a session cookie, None of what is no moment."""
    given = fields.get("expirationDate")
    if fields.get("session") is True or given is None:
        return NEVER
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    seconds = given / 1000 if MILLISECONDS_FROM < given <= LATEST * 1000 else given
    if not seconds <= LATEST:  # nor is NaN
        return None
    return seconds if seconds > 0 else NEVER


def _has(cookies: tuple[Cookie, ...], name: str) -> bool:
    return any(one["name"] == name and one["value"].strip('" ') and is_sent(one) for one in cookies)


def _expired_or(code: str, expired: list[Cookie]) -> CookiesError:
    """Say of a missing cookie that it has expired, where it was there, and since when."""
    if not expired:
        return CookiesError(code)
    last = max(expired, key=lambda one: float(one["expires"]))
    sentence = format_lazy(
        _(
            "The cookie {name} expired on {day}. Sign in to LinkedIn in your browser again, then"
            " export all cookies of linkedin.com."
        ),
        name=last["name"],
        day=_day(datetime.fromtimestamp(last["expires"], UTC)),
    )
    return CookiesError("cookies_expired", sentence)
