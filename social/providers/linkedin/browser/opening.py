"""A browser as it comes, with the member's cookies and nothing else (linkedin.md 1 and 8).

No disguise of any kind: the user agent, `navigator.webdriver` and the page's requests stay as they
are. One context in memory, no downloads, no permissions, no service worker (it would hide
responses); the main frame stays on the network's own hosts, so that no link of a message is
followed. What the program writes goes into the run's own folder, which the guard removes.
"""

from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    Request,
    Route,
)

from social.providers.linkedin.browser.jobs import Json
from social.providers.linkedin.storage import for_base, is_linkedins

LAUNCH_MS, ACTION_MS, LOADING_MS = 30_000, 5_000, 30_000


def launched(playwright: Playwright, executable: str) -> Browser:
    """Start a browser; raises Playwright's Error."""
    return playwright.chromium.launch(
        executable_path=executable or None,
        headless=True,
        args=["--disable-dev-shm-usage"],
        timeout=LAUNCH_MS,
    )


def context_of(browser: Browser, base: str, storage: Json) -> BrowserContext:
    """Return a context with the session's cookies; raises ValueError and Playwright's Error."""
    context = browser.new_context(
        storage_state=for_base(storage, base),  # type: ignore[arg-type] # as Playwright writes it
        accept_downloads=False,
        service_workers="block",
        permissions=[],
    )
    context.set_default_timeout(ACTION_MS)
    context.set_default_navigation_timeout(LOADING_MS)
    context.route(lambda url: not is_ours(url, base), _stay)
    return context


def _stay(route: Route) -> None:
    """Let a page ask whom it likes, but not lead elsewhere."""
    if leads(route.request):
        # The page stays where it is.
        route.abort("aborted")
    else:
        route.continue_()


def leads(request: Request) -> bool:
    """Return whether a request takes a whole page somewhere, and not a frame of it."""
    if not request.is_navigation_request():
        return False
    try:
        return request.frame.parent_frame is None
    except Error:
        # A new window has no frame yet when it asks for its page.
        return True


def is_ours(url: str, base: str) -> bool:
    """Return whether a page at `url` belongs to the network that `base` is."""
    parts, ours = urlsplit(url), urlsplit(base)
    if is_linkedins(ours.hostname):
        return parts.scheme == "https" and is_linkedins(parts.hostname)
    return (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc)


def close_others(context: BrowserContext, page: Page) -> None:
    """Close every window that a page opens beside `page`."""
    context.on("page", lambda other: None if other == page else other.close())
