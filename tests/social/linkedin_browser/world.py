"""What the tests of the browser share: a member's LinkedIn, and one browser for many runs."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser

from social.providers.linkedin.browser import Outcome, jobs
from social.providers.linkedin.browser.opening import context_of
from social.providers.linkedin.browser.program import Voice, worked
from tests.sandbox.conftest import Sandbox
from tests.sandbox.linkedin import control, english, order, thread_of

TEXT = "Bonjour,\n\noui, avec plaisir :\n- 24 lampes\n- en mars"


class Silent(Voice):
    """Lets everything be clicked, and notes it."""

    def may_click(self) -> bool:
        self.clicking = True
        return True


@dataclass
class World:
    """One member's LinkedIn in the sandbox, as a run of the browser meets it."""

    sandbox: Sandbox
    language: str = "fr"
    member: str = ""
    threads: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        order(self.sandbox, "reset")
        self.member = english(self.sandbox) if self.language == "en" else ""

    @property
    def base(self) -> str:
        return f"{self.sandbox.url}/linkedin"

    def behave(self, **options: Any) -> None:
        told = order(self.sandbox, "options", **options)
        assert "set" in told, told

    def storage(self) -> Any:
        asked = {"member": self.member} if self.member else {}
        return control(self.sandbox, "export", fresh="1", **asked)["storage_state"]

    def thread(self, name: str) -> Any:
        return thread_of(self.sandbox, name, **({"member": self.member} if self.member else {}))

    def messages(self, name: str) -> Any:
        return control(self.sandbox, "messages", thread=self.thread(name)["thread"])["messages"]

    def asked(self, name: str, **changes: Any) -> dict[str, Any]:
        """Return the params of a send to somebody who wrote last."""
        thread, said = self.thread(name), self.messages(name)
        incoming = [one for one in said if one["by"] == "contact"]
        return {
            "thread": thread["thread"],
            "contact": thread["contacts"][0]["id"],
            "name": name,
            "text": TEXT,
            "last": incoming[-1]["id"],
            "known": [one["id"] for one in said],
            **changes,
        }

    def sent(self) -> list[tuple[str, str]]:
        """Return what pages left in threads: whose, and which text."""
        return [(one["thread"], one["text"]) for one in control(self.sandbox, "sent")["messages"]]

    def requests(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = control(self.sandbox, "requests")["requests"]
        return found

    def opened(self) -> list[str]:
        return [one["thread_id"] for one in control(self.sandbox, "opened")["opened"]]

    def work(self, browser: Browser, what: str, storage: Any = None, **params: Any) -> Outcome:
        """Do one job in a fresh context of a browser that is open already."""
        storage = storage or self.storage()
        job = {"what": what, "base": self.base, "storage": storage, "params": params}
        context, voice = context_of(browser, self.base, storage), Silent()
        try:
            sends = what == jobs.SEND
            told = worked(context, job, voice)
            told["capability"] = jobs.SENDING if sends else jobs.READING
            return jobs.outcome_from({**told, "clicked": voice.clicking})
        finally:
            context.close()
