"""Every selector of LinkedIn's pages, and no other place has one (linkedin.md 3 and 9).

A name leads to a chain: what is tried first is newest or means most, and the rank that matched is
measured. All of it is second-hand: `verified` is the day of the source, nobody here has seen the
live site. Pure, and without a browser: `expression` is what Playwright's `locator` takes.
"""

from dataclasses import dataclass
from datetime import date

from social.providers.linkedin import phrases

CSS, ROLE, TEXT = "css", "role", "text"
KINDS = (CSS, ROLE, TEXT)
SHEET = date(2026, 11, 22)
SPECIAL = set(".*+?^${}()|[]\\/")
EVENT_URN_ATTRIBUTE = "data-event-urn"
"""Where some builds name a message in its element."""


@dataclass(frozen=True)
class Selector:
    """One way to an element.

    - css: `value` is a CSS selector; `{}` stands for each wording of `phrase`, quoted.
    - role: `value` is an ARIA role, its name one of the wordings of `phrase`.
    - text: any element whose own text has one of the wordings of `phrase`; `value` is "".
    """

    kind: str
    value: str
    phrase: str = ""
    verified: date = SHEET
    source: str = "linkedin.md 3"


@dataclass(frozen=True)
class Chain:
    """All ways to one element, in the order in which they are tried."""

    name: str
    selectors: tuple[Selector, ...]


def expression(selector: Selector) -> str:
    """Return the selector as one expression for Playwright's locators."""
    wordings = phrases.texts(selector.phrase) if selector.phrase else ()
    if selector.kind == ROLE:
        return f"role={selector.value}[name=/^(?:{_either(wordings)})$/i]"
    if selector.kind == TEXT:
        return f"text=/(?:{_either(wordings)})/i"
    if not selector.phrase:
        return f"css={selector.value}"
    return "css=" + ", ".join(selector.value.replace("{}", _quoted(one)) for one in wordings)


def css(name: str) -> str:
    """Return a chain as one CSS selector: for what is asked of the whole document at once."""
    found = (expression(one) for one in chain(name).selectors if one.kind == CSS)
    return ", ".join(one.removeprefix("css=") for one in found)


def chain(name: str) -> Chain:
    """Return the chain of an element; raises KeyError of a name that is none."""
    return CHAINS[name]


def _quoted(wording: str) -> str:
    escaped = wording.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _either(wordings: tuple[str, ...]) -> str:
    """JavaScript's regular expression of any wording, with any apostrophe and space."""
    return "|".join("".join(_sign(sign) for sign in wording) for wording in wordings)


def _sign(sign: str) -> str:
    loose = {"'": "['\u2019]", " ": "\\s+"}
    return loose.get(sign) or (f"\\{sign}" if sign in SPECIAL else sign)


def _css(*values: str) -> tuple[Selector, ...]:
    return tuple(Selector(CSS, value) for value in values)


def _walls(*values: str) -> tuple[Selector, ...]:
    return tuple(Selector(CSS, value, source="linkedin.md 5") for value in values)


OUR_DEDUCTION = "linkedin.md 3; inside main, so that overlays are none: our deduction"

NAV, MAIN, CHOOSER, LOGIN_FORM = "nav", "main", "account_chooser", "login_form"
LIST, ROW, ROW_LABEL, ROW_TARGET = "list", "row", "row_label", "row_target"
ROW_NAME, ROW_SNIPPET, ROW_UNREAD, MORE = "row_name", "row_snippet", "row_unread", "more"
PANEL, EVENT, EVENT_URN, INCOMING = "panel", "event", "event_urn", "incoming"
BODY, SENDER, TIME, TITLE = "body", "sender", "time", "title"
FORM, COMPOSER, SEND, NOT_MESSAGEABLE = "form", "composer", "send", "not_messageable"

_ALL: dict[str, tuple[Selector, ...]] = {
    NAV: _walls("nav.global-nav", 'nav a[href*="/feed"]'),
    MAIN: _walls("main"),
    CHOOSER: _walls("#rememberme-div"),
    LOGIN_FORM: _walls('form[action*="checkpoint"]'),
    LIST: (
        Selector(CSS, "ul[aria-label={}]", phrase=phrases.LIST),
        *_css(".msg-conversations-container__conversations-list"),
    ),
    ROW: (
        *_css("li.msg-conversation-listitem", ".msg-conversations-container__convo-item"),
        Selector(CSS, "main li:has(label[aria-label^={}])", phrase=phrases.SELECT),
    ),
    ROW_LABEL: (
        Selector(CSS, "label[aria-label^={}]", phrase=phrases.SELECT),
        *_css("label[aria-label]"),
    ),
    ROW_TARGET: _css(
        'div[class*="listitem__link"]',
        ".msg-conversation-listitem__link",
        ".msg-conversation-card__content--selectable",
    ),
    ROW_NAME: _css(
        ".msg-conversation-listitem__participant-names",
        ".msg-conversation-card__participant-names",
    ),
    ROW_SNIPPET: _css(".msg-conversation-card__message-snippet"),
    ROW_UNREAD: _css(
        ".msg-conversation-listitem__unread-count",
        ".msg-conversation-card__unread-count",
        ".msg-conversation-listitem--unread",
        ".notification-badge__count",
    ),
    MORE: (Selector(ROLE, "button", phrase=phrases.MORE),),
    PANEL: _css(".msg-s-message-list-content", ".msg-s-message-list"),
    EVENT: _css(".msg-s-message-list__event", ".msg-s-event-listitem"),
    EVENT_URN: _css(f"[{EVENT_URN_ATTRIBUTE}]"),
    INCOMING: _css(".msg-s-event-listitem--other"),
    BODY: _css(".msg-s-event-listitem__body"),
    SENDER: _css(".msg-s-message-group__name"),
    TIME: _css(".msg-s-message-group__timestamp", "time"),
    TITLE: _css(".msg-entity-lockup__entity-title", ".msg-thread__link-to-profile", "h2"),
    FORM: (
        Selector(
            CSS,
            'main form:has(div[role="textbox"][contenteditable="true"])',
            source=OUR_DEDUCTION,
        ),
        Selector(CSS, "main form:has(.msg-form__contenteditable)", source=OUR_DEDUCTION),
    ),
    COMPOSER: (
        Selector(
            CSS,
            'div[role="textbox"][contenteditable="true"][aria-label*={}]',
            phrase=phrases.WRITE,
        ),
        *_css('.msg-form__contenteditable[contenteditable="true"]'),
    ),
    SEND: (
        *_css("button.msg-form__send-button", 'button[type="submit"]'),
        Selector(ROLE, "button", phrase=phrases.SEND),
    ),
    NOT_MESSAGEABLE: (
        Selector(TEXT, "", phrase=phrases.CANNOT_MESSAGE),
        *_css('main a[href*="/premium/"]'),
        Selector(CSS, 'main [class*="inmail"]', source=OUR_DEDUCTION),
    ),
}
CHAINS: dict[str, Chain] = {name: Chain(name, found) for name, found in _ALL.items()}
"""Every element by its name. ROW_… are looked for inside a row, BODY, SENDER, TIME and INCOMING
inside an event, COMPOSER and SEND inside FORM, TITLE inside MAIN. NOT_MESSAGEABLE says why there
is no composer, and nothing where there is one."""
