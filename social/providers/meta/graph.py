"""One call to Graph: where it goes, how it is signed, and what its refusal means.

Two hosts know two kinds of tokens: a Page's on graph.facebook.com, an account's own on
graph.instagram.com (meta.md, sections 0 and 1.6).
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings

from flowia.lib.http import Answer, UnreachableError, call
from social.contracts import Credentials
from social.errors import ProviderError
from social.providers.meta.errors import NO_ENVELOPE, RULES
from social.providers.meta.usage import wait_of
from social.refusals import error_for, rule_for

log = structlog.get_logger("flowia.meta")
OK, SERVER_ERROR = 200, 500
SUBCODES_FROM = 1_000_000
"""From here on a subcode means the same whatever its code; smaller ones repeat codes."""
INSTAGRAM = "instagram"
MOST_PAGES = 50
Json = dict[str, Any]


@dataclass(frozen=True)
class Door:
    """A host of Graph with its version, and the token and app that speak there."""

    url: str
    token: str
    secret: str

    def get(self, path: str, **params: str) -> Json:
        """Read; raises ProviderError, never with `outcome_unknown`."""
        return reply(ask("GET", f"{self.url}/{path}", token=self.token, params=self._with(params)))

    def write(
        self, method: str, path: str, *, json: Json | None = None, **form: str
    ) -> tuple[Json, Answer]:
        """Change something, with a body of JSON or a form; raises ProviderError."""
        answer = ask(
            method,
            f"{self.url}/{path}",
            token=self.token,
            params=self._with({}),
            json=json,
            form=form or None,
            writes=True,
        )
        return reply(answer, writes=True), answer

    def pages(self, path: str, **params: str) -> Iterator[list[Json]]:
        """Read a list page by page, each once; ends at the last or after MOST_PAGES.

        Raises ProviderError.
        """
        return (rows_of(body) for body in self._bodies(path, params))

    def whole(self, path: str, **params: str) -> tuple[list[Json], bool]:
        """Read a list at once; also returns whether it was read to its end, raises ProviderError.

        A list of more than MOST_PAGES is not, nor one that goes on where no cursor leads.
        """
        rows: list[Json] = []
        goes_on = False
        for body in self._bodies(path, params):
            rows += rows_of(body)
            goes_on = bool(part_of(body, "paging").get("next"))
        return rows, not goes_on

    def _bodies(self, path: str, params: dict[str, str]) -> Iterator[Json]:
        after = ""
        for _ in range(MOST_PAGES):
            body = self.get(path, **params, **({"after": after} if after else {}))
            if not isinstance(body.get("data"), list):
                # No list is not an empty list: whoever reads must not conclude from it.
                raise ProviderError("no_list_in_answer", retryable=True)
            yield body
            after = next_cursor(body)
            if not after:
                return

    def _with(self, params: dict[str, str]) -> dict[str, str]:
        return {**params, "appsecret_proof": appsecret_proof(self.token, self.secret)}


def door(credentials: Credentials) -> Door:
    """Return where an account speaks, by the login that connected it."""
    if credentials.login == INSTAGRAM:
        return instagram_door(credentials.token)
    return facebook_door(credentials.token)


def facebook_door(token: str) -> Door:
    """Return graph.facebook.com for a person's or a Page's token."""
    url = f"{settings.META_GRAPH_URL}/{settings.META_GRAPH_VERSION}"
    return Door(url, token, settings.META_APP_SECRET)


def instagram_door(token: str) -> Door:
    """Return graph.instagram.com for an account's own token."""
    url = f"{settings.META_INSTAGRAM_GRAPH_URL}/{settings.META_GRAPH_VERSION}"
    return Door(url, token, settings.META_INSTAGRAM_APP_SECRET)


def node_of(credentials: Credentials) -> str:
    """Return the name under which an account acts: behind a Page it is the Page, "me"."""
    behind_page = credentials.kind == INSTAGRAM and credentials.login != INSTAGRAM
    return "me" if behind_page else credentials.account_external_id


def appsecret_proof(token: str, secret: str) -> str:
    """Return the HMAC-SHA256 of the token with the app's secret, in hex (meta.md 1.6)."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def ask(method: str, url: str, *, writes: bool = False, **more: Any) -> Answer:
    """Make one call; without an answer, a reading may be repeated and a writing may have arrived.

    Raises ProviderError("unreachable").
    """
    try:
        return call(method, url, whom="meta", **more)
    except UnreachableError as error:
        lost = writes and error.may_have_arrived
        raise ProviderError("unreachable", retryable=not lost, outcome_unknown=lost) from error


def reply(answer: Answer, *, writes: bool = False) -> Json:
    """Return the object of a good answer; raises what Meta's refusal means."""
    if answer.status == OK and isinstance(answer.body, dict) and "error" not in answer.body:
        return answer.body
    if answer.status == OK and answer.body is True:
        # How some calls say that it is done.
        return {}
    raise refusal(answer, writes=writes)


def refusal(answer: Answer, *, writes: bool = False) -> ProviderError:
    """Return what an answer that is not good means; for reading, unknown is: again later."""
    body = answer.body if isinstance(answer.body, dict) else {}
    envelope = body.get("error")
    error = _listed(envelope, answer) if isinstance(envelope, dict) else _foreign(body, answer)
    if error.outcome_unknown and not writes:
        return ProviderError(error.code, retryable=True, retry_after=wait_of(answer))
    return error


def part_of(body: Json, key: str) -> Json:
    """Return the object under `key`, an empty one when there is none."""
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def rows_of(body: Json) -> list[Json]:
    """Return the objects of a list."""
    data = body.get("data")
    return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []


def next_cursor(body: Json) -> str:
    """Return where the next page of a list begins; "" on the last one."""
    # The address in `next` repeats the token: only whether there is one counts.
    paging = part_of(body, "paging")
    after = part_of(paging, "cursors").get("after") if paging.get("next") else None
    return after if isinstance(after, str) else ""


def _listed(envelope: Json, answer: Answer) -> ProviderError:
    code, subcode = _integer(envelope.get("code")), _integer(envelope.get("error_subcode"))
    number = f"{code}/{subcode}" if subcode else str(code)
    trace = envelope.get("fbtrace_id")
    log.warning("refused", code=number, status=answer.status, fbtrace_id=str(trace or "")[:40])
    alone = [str(subcode)] if subcode >= SUBCODES_FROM else []
    rule = rule_for(RULES, number, *alone, str(code))
    if rule is None and (answer.status >= SERVER_ERROR or envelope.get("is_transient") is True):
        rule = rule_for(RULES, NO_ENVELOPE)
    return error_for(rule, number, wait=wait_of(answer)) if rule else ProviderError(number)


def _foreign(body: Json, answer: Answer) -> ProviderError:
    """Return what an answer without Graph's envelope means: a proxy's, or a login's own form."""
    number = f"http_{answer.status}"
    log.warning("refused", code=number, status=answer.status)
    rule = rule_for(RULES, f"oauth/{answer.status}") if "error_type" in body else None
    rule = rule or rule_for(RULES, NO_ENVELOPE)
    return error_for(rule, number, wait=wait_of(answer)) if rule else ProviderError(number)


def _integer(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
