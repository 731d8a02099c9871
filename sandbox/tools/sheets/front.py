"""The one way into Google Sheets: the quotas, the token, who shares what, then the answer."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from sandbox.standins.front import Answer, Asked, RefusedError, Service, endpoint
from sandbox.tools import limits, options, web
from sandbox.tools.models import Spreadsheet, Tab
from sandbox.tools.sheets import a1, errors, tokens
from sandbox.tools.sheets.a1 import Box

SHEETS = Service("sheets", errors.REFUSALS, lambda: errors.envelope(400, "Invalid JSON payload"))
READS = frozenset({"spreadsheet", "get", "batch_get"})


@dataclass(frozen=True)
class Area:
    """A range that a call names: the sheet and the cells in it, as far as they were said."""

    tab: Tab
    said: Box

    @property
    def box(self) -> Box:
        """The cells with ends; refuses what lies outside of the sheet."""
        box = self.said.within(self.tab.rows, self.tab.columns)
        if (box.bottom or 0) > self.tab.rows or (box.right or 0) > self.tab.columns:
            raise outside(self.tab, box)
        return box


def operation(name: str) -> Callable[[Callable[..., Answer]], Callable[..., HttpResponse]]:
    """Turn a function (Asked, Spreadsheet, **path) -> Answer into a view of one operation.

    Every call counts against the account's and the project's quota, whatever becomes of it.
    """
    kind = "read" if name in READS else "write"

    def decorate(answer_to: Callable[..., Answer]) -> Callable[..., HttpResponse]:
        @endpoint(SHEETS, name, writes=kind == "write")
        def answer(asked: Asked, *, over: str, spreadsheet_id: str, **path: str) -> Answer:
            if over:
                return errors.exhausted(kind.capitalize(), over.removeprefix("project"))
            access = tokens.find(asked.bearer)
            if access is None:
                return errors.unauthenticated()
            if kind == "write" and not access.may_write:
                raise errors.few_scopes()
            return answer_to(asked, _file(access, spreadsheet_id, kind), **path)

        @csrf_exempt
        @functools.wraps(answer_to)
        def view(request: HttpRequest, **path: str) -> HttpResponse:
            return answer(request, over=_over(web.bearer(request), kind), **path)

        return view

    return decorate


@endpoint(SHEETS, "unknown")
def unknown(asked: Asked, **_path: str) -> Answer:
    """Answer any other address."""
    if asked.path.endswith("/v4/spreadsheets"):
        # A service account has no storage of its own to make a file in.
        raise errors.not_shared()
    return errors.envelope(404, "Requested entity was not found.")


def outside(tab: Tab, box: Box) -> RefusedError:
    """Return what a range gets that is larger than its sheet, to be raised."""
    where = a1.written(tab.title, box)
    words = f"Range ({where}) exceeds grid limits. Max rows: {tab.rows}, max columns: {tab.columns}"
    return errors.refuse(400, words)


def area_of(file: Spreadsheet, text: str) -> Area:
    """Return what a range of the file means; without a sheet's name it is the first sheet."""
    tabs = list(Tab.objects.filter(spreadsheet=file))
    try:
        title, cells = a1.split(text)
        named = next((tab for tab in tabs if tab.title == (text if title is None else title)), None)
        if title is None and named:
            return Area(named, Box())
        if title is None and tabs:
            return Area(tabs[0], a1.box(cells))
        if named:
            return Area(named, a1.box(cells))
    except a1.UnreadableError:
        pass
    raise errors.refuse(400, f"Unable to parse range: {text}")


def _over(bearer: str, kind: str) -> str:
    """Return "" while the quotas last, else which of them ended, in Google's words."""
    access = tokens.find(bearer)
    email = access.email if access else "unknown"
    of_account = f"sheets {kind}s {email}"
    over = limits.take(
        limits.Limit(of_account, options.value(f"sheets_{kind}s"), limits.MINUTE),
        limits.Limit(f"sheets {kind}s project", options.value("sheets_project"), limits.MINUTE),
    )
    if over is None:
        return ""
    return " per user" if over.limit.key == of_account else "project"


def _file(access: tokens.Access, spreadsheet_id: str, kind: str) -> Spreadsheet:
    file = Spreadsheet.objects.filter(spreadsheet_id=spreadsheet_id).first()
    if file is None:
        raise errors.missing()
    role = file.shared.get(access.email)
    if role is None or (kind == "write" and role != "writer"):
        raise errors.not_shared()
    return file
