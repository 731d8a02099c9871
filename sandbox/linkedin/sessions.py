"""Browser sessions: who a request's cookies belong to, and how the cookies change."""

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse

from sandbox.linkedin import options
from sandbox.linkedin.models import Person, Session

YEAR = 365 * 86_400


def open_for(member: Person) -> Session:
    """Sign a member in with one more browser."""
    return Session.objects.create(
        member=member,
        li_at="AQEDAT" + secrets.token_urlsafe(90),
        jsessionid=_jsessionid(),
        lidc=_lidc(),
        browser=secrets.token_hex(16),
    )


def newest(member: Person) -> Session:
    """Return the member's newest living session, or a fresh one."""
    found = Session.objects.filter(member=member, revoked=False).last()
    return found or open_for(member)


def of(request: HttpRequest) -> Session | None:
    """Return the living session of a request's cookies: `li_at` decides."""
    li_at = request.COOKIES.get("li_at", "")
    found = Session.objects.select_related("member").filter(li_at=li_at, revoked=False).first()
    if found is None or not options.value("strict", found.member):
        return found
    return found if _jsession(request) in {found.jsessionid, found.before} else None


def is_partial(request: HttpRequest) -> bool:
    """Tell whether only a part of a session's cookies came: `li_at` without JSESSIONID."""
    return "li_at" in request.COOKIES and not _jsession(request)


def csrf_fits(request: HttpRequest) -> bool:
    """Tell whether the csrf-token is JSESSIONID without its quotes."""
    token = request.headers.get("csrf-token", "")
    return bool(token) and token == _jsession(request)


def rotate(session: Session) -> None:
    """Draw the cookies that change with each page, and count the page."""
    session.loads += 1
    if options.value("rotate", session.member):
        session.before, session.jsessionid, session.lidc = (
            session.jsessionid,
            _jsessionid(),
            _lidc(),
        )
    session.save()


def set_cookies(response: HttpResponse, session: Session) -> None:
    """Tell the browser the cookies that change."""
    response.set_cookie("JSESSIONID", max_age=90 * 86_400, samesite="None")
    # Quotes are a part of this cookie's value, which Python's own writing would escape.
    response.cookies["JSESSIONID"].set("JSESSIONID", session.jsessionid, f'"{session.jsessionid}"')
    response.cookies["JSESSIONID"]["samesite"] = ""
    response.set_cookie("lidc", max_age=86_400)
    response.cookies["lidc"].set("lidc", session.lidc, f'"{session.lidc}"')


def sign_in(response: HttpResponse, session: Session) -> None:
    """Give a visitor's own browser the session, as after a login."""
    response.set_cookie("li_at", session.li_at, max_age=YEAR, httponly=True)
    set_cookies(response, session)


def forget_cookies(response: HttpResponse) -> None:
    """Take the session's cookies away, as LinkedIn does from who is logged out."""
    response.set_cookie("li_at", "delete me", max_age=0)


def as_json(session: Session) -> dict[str, Any]:
    """Return a session as the controls show it."""
    return {
        "session": session.pk,
        "member": session.member.profile_id,
        "state": "revoked" if session.revoked else "living",
        "jsessionid": session.jsessionid,
        "loads": session.loads,
        "created_at": session.created_at.isoformat(),
    }


def _jsession(request: HttpRequest) -> str:
    return request.COOKIES.get("JSESSIONID", "").strip('"')


def _jsessionid() -> str:
    return f"ajax:{secrets.randbelow(10**19):019}"


def _lidc() -> str:
    return f"b=OB{secrets.randbelow(90) + 10}:s=O:r=O:a=O:p=O:g={secrets.randbelow(9000)}:u=1:x=1"
