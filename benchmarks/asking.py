"""What is asked of each workspace, as its member would."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings

from accounts.models import User, Workspace
from processing.figures import today_of
from processing.models import Conversation
from tests.callers import browser, caller


def askers(name: str) -> dict[str, Callable[[], None]]:
    """Return for every measured address a function that asks for it and checks the answer."""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.API_REQUESTS_PER_MINUTE = 10**9
    workspace = Workspace.objects.get(name=name)
    member = User.objects.get(workspaces=workspace)
    thread = Conversation.objects.filter(workspace=workspace).order_by("id")[7]
    year_ago = today_of(workspace) - timedelta(days=364)
    page, program = browser(member), caller(member)

    def asker(client: object, address: str) -> Callable[[], None]:
        def ask() -> None:
            answer = client.get(address)  # type: ignore[attr-defined]
            if answer.status_code != 200:  # noqa: PLR2004 - HTTP's OK
                raise RuntimeError(f"{address}: {answer.status_code} {answer.content[:300]!r}")

        return ask

    return {
        "conversation page": asker(page, f"/inbox/{thread.uid}"),
        "/interactions": asker(program, "/interactions"),
        "/analytics": asker(program, "/analytics"),
        "/leads": asker(program, "/leads"),
        "page of figures": asker(page, "/inbox/figures"),
        "page of figures, a year": asker(page, f"/inbox/figures?from={year_ago}"),
        "page of leads": asker(page, "/inbox/leads"),
    }
