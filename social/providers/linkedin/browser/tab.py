"""The one page of a run: where it is, what it was answered, and whether one may go on.

The session is judged after every navigation, while waiting and before every action: walls come by
script, too (linkedin.md 5).
"""

import re
import time
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit

from playwright.sync_api import BrowserContext, Error
from playwright.sync_api import TimeoutError as Late

from social.providers.linkedin import phrases, selectors, states
from social.providers.linkedin.browser.finding import Finder
from social.providers.linkedin.browser.hearing import WELL, Hearing
from social.providers.linkedin.browser.jobs import FAILED, OK, UNKNOWN
from social.providers.linkedin.browser.opening import close_others
from social.providers.linkedin.browser.stopping import Stop, drift, failed
from social.providers.linkedin.browser.turnstile import Turnstile
from social.providers.linkedin.states import Look, SessionState

LIST = "/messaging/thread/new/"
"""The inbox beside an empty new message: `/messaging/` would open the newest thread, and mark it
read (linkedin.md 2; not checked on the live site)."""
LOADING_SECONDS, STEP_MS, SETTLING_SECONDS = 20.0, 50, 1.0
WALL_SECONDS = 3.0
NET_ERROR = re.compile(r"net::(ERR_[A-Z_]+)")
PENDING = {"no_navigation", "no_voyager"}
"""What a page lacks while it still loads."""
NOT_FOUND = 404
LOOK = """
({alive, longest, css}) => {
  const there = (name) => document.querySelector(css[name]) !== null;
  const nav = there("nav");
  const main = there("main");
  const text = alive && nav && main ? "" : (document.body?.innerText ?? "");
  return {
    title: document.title.slice(0, 300), main, nav, text: text.slice(0, longest),
    chooser: there("account_chooser"), form: there("login_form"),
  };
}
"""
Found = TypeVar("Found")


class Tab(Hearing):
    """One page below `base`; nothing leaves it but what its turnstile lets through."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.turnstile = Turnstile(context)
        super().__init__(context.new_page(), base)
        self.finder = Finder(self.page)
        self._error = ""
        self._is_between = False
        close_others(context, self.page)

    @property
    def thread(self) -> str:
        """The id of the thread in the page's address, "" of another page."""
        prefix = f"{urlsplit(self.base).path}/messaging/thread/"
        path = urlsplit(self.page.url).path
        found = unquote(path.removeprefix(prefix).strip("/"))
        return found if path.startswith(prefix) and "/" not in found and found != "new" else ""

    def thread_path(self, thread: str) -> str:
        """Return the path of a thread's page."""
        return f"/messaging/thread/{quote(thread, safe='')}/"

    def goto(self, path: str) -> None:
        """Open a page of the network; raises Stop."""
        self._error = ""
        self.forget()
        try:
            self.page.goto(f"{self.base}{path}", wait_until="commit")
        except Late:
            raise failed("timeout") from None
        except Error as error:
            if "interrupted by another navigation" in error.message:
                return
            found = NET_ERROR.search(error.message)
            self._error = found.group(1) if found else "ERR_UNKNOWN"
            self.check()

    def look(self) -> Look:
        """Return what there is to judge."""
        alive = WELL in self.statuses
        names = (selectors.NAV, selectors.MAIN, selectors.CHOOSER, selectors.LOGIN_FORM)
        asked = {
            "alive": alive,
            "longest": phrases.LONGEST_PAGE,
            "css": {name: selectors.css(name) for name in names},
        }
        try:
            seen = self.page.evaluate(LOOK, asked) if not self._error else {}
            self._is_between = False
        except Error:
            # Between two documents there is nothing to see.
            seen, self._is_between = {}, True
        return Look(
            url=self.page.url if not self._error else self.base,
            base=self.base,
            status=self.status,
            title=seen.get("title", ""),
            has_main=seen.get("main", False),
            has_nav=seen.get("nav", False),
            voyager=tuple(dict.fromkeys(self.statuses)),
            error=self._error,
            phrases=phrases.found(seen.get("text", "")),
            chooser=seen.get("chooser", False),
            login_form=seen.get("form", False),
        )

    def check(self, *, final: bool = False) -> bool:
        """Return whether the session is well; raises Stop at a wall.

        A page that still loads is neither; with `final` that counts as unknown.
        """
        self.take()
        found = states.judge(self.look())
        if found.state == OK:
            return True
        if found.state == UNKNOWN and found.detail in PENDING and not final:
            return False
        raise _stop(found)

    def must_be_well(self) -> None:
        """Before an action: raises Stop unless the session is surely well.

        Between two documents nobody can tell: it waits for what comes.
        """
        began = time.monotonic()
        while not self.check():
            waited = time.monotonic() - began
            if waited > LOADING_SECONDS or (waited > WALL_SECONDS and not self._is_between):
                self.check(final=True)
                return
            self.page.wait_for_timeout(STEP_MS)

    def must_be_well_or_missing(self) -> None:
        """After a deep link: a page that says 404 may be well without any call of its own."""
        if self.status != NOT_FOUND:
            self.must_be_well()
        else:
            self.check()

    def until(
        self, ready: Callable[[], Found | None], missing: str, seconds: float = LOADING_SECONDS
    ) -> Found:
        """Wait for the page's own answers, as `ready` finds them, and a page that is well.

        Raises Stop: at a wall at once. On a page that is well, after `seconds`: drift for `missing`
        when answers came in another form; when none came at all, one page was too slow, unknown.
        """
        found = self.wait(ready, seconds)
        self.must_be_well()
        if found is None:
            raise drift(missing) if self.is_rootless else Stop(UNKNOWN, missing, looked=True)
        return found

    def wait(self, ready: Callable[[], Found | None], seconds: float) -> Found | None:
        """Wait for what `ready` returns; None after `seconds`. Raises Stop at a wall."""
        ends = time.monotonic() + seconds
        while True:
            well = self.check()
            found = ready()
            if (found is not None and well) or time.monotonic() > ends or self.is_hopeless:
                return found
            self.page.wait_for_timeout(STEP_MS)

    def wall(self) -> Stop | None:
        """Return the wall that the page leads to just now, None where it leads to none."""
        try:
            self.wait(lambda: None, WALL_SECONDS)
        except Stop as stop:
            return stop
        except Error:
            # There is no page any more.
            return None
        return None

    def settle(self) -> None:
        """Give the page's scripts a moment to lead elsewhere; raises Stop when they do."""
        ends = time.monotonic() + SETTLING_SECONDS
        while time.monotonic() < ends:
            self.must_be_well()
            self.page.wait_for_timeout(STEP_MS * 2)
        self.must_be_well()


def _stop(found: SessionState) -> Stop:
    if found.detail == "network":
        return Stop(FAILED, "network")
    return Stop(found.state, found.detail, looked=found.state == UNKNOWN)
