"""The JSON of members' own sessions: what is given, what is agreed to, how it stands.

Cookies go in and never come out.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import LANGUAGES
from flowia.lib.fields import Flag, Text, Whole
from social.models import BrowserSession
from social.standing import Standing

LONGEST_COOKIES = 256 * 1024
MOST_COOKIES = 200
COOKIES = {
    "oneOf": [
        {
            "type": "array",
            "items": {"type": "object", "additionalProperties": {}},
            "maxItems": MOST_COOKIES,
            "description": "An extension's export (Cookie-Editor, EditThisCookie).",
        },
        {
            "type": "string",
            "maxLength": LONGEST_COOKIES,
            "description": "A cookies.txt (Netscape), or one of the others as text.",
        },
        {
            "type": "object",
            "properties": {
                "cookies": {"type": "array", "items": {"type": "object"}},
                "origins": {"type": "array", "items": {"type": "object"}},
            },
            "required": ["cookies"],
            "description": "A storage state of Playwright.",
        },
    ],
    "writeOnly": True,
}


@extend_schema_field(COOKIES)
class Cookies(serializers.Field[Any, Any, Any, Any]):
    """Cookies in one of the forms that are read; whether they open anything is judged later."""

    default_error_messages = {"invalid": _("A list, a text or a storage state is expected.")}  # noqa: RUF012 - the framework's own

    def to_internal_value(self, data: Any) -> Any:
        """Return them as they came; no error repeats them."""
        if not isinstance(data, list | dict | str):
            self.fail("invalid")
        return data

    def to_representation(self, _value: Any) -> Any:
        """Return nothing, whatever is asked."""
        return None


class ConsentGiven(serializers.Serializer[Any]):
    """The version of the text that was read, in which language, and that it is accepted.

    Both as they were told with the text; without a language it is the call's own.
    """

    version = Text(max_length=20)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    accepted = Flag()

    def validate_accepted(self, accepted: bool) -> bool:
        """Refuse what is no agreement."""
        if not accepted:
            raise serializers.ValidationError(
                _("Without your agreement nothing can be connected this way.")
            )
        return accepted


class SessionGiven(serializers.Serializer[Any]):
    """A session: `cookies`, and what was agreed to. `account` is one to connect again."""

    cookies = Cookies()
    consent = ConsentGiven()
    account = serializers.UUIDField(required=False)


class StatementFields(serializers.Serializer[Any]):
    """A text to agree to, in the caller's language, and since when it is (null: not yet).

    Give `version` and `language` back with the agreement: they are its proof.
    """

    version = serializers.CharField()
    language = serializers.CharField()
    paragraphs = serializers.ListField(child=serializers.CharField())
    accepted_at = serializers.DateTimeField(allow_null=True)


class StatementsFields(serializers.Serializer[Any]):
    """What has to be agreed to: connecting at all, and answers that nobody approves."""

    session = StatementFields()
    automation = StatementFields()


class StatementsAsked(serializers.Serializer[Any]):
    """`account`: of which the consents are told; without it, the last of any in the workspace."""

    account = serializers.UUIDField(required=False)


class HoursFields(serializers.Serializer[Any]):
    """Working hours: full local hours, days from 0 for Monday."""

    until = Whole(min_value=1, max_value=24)
    days = serializers.ListField(
        child=Whole(min_value=0, max_value=6), allow_empty=False, max_length=7
    )

    def get_fields(self) -> dict[str, Any]:
        """Name the first hour as the API does; `from` is no name in Python."""
        return {"from": Whole(min_value=0, max_value=23), **super().get_fields()}


class TodayFields(serializers.Serializer[Any]):
    """Messages of the local day: sent, at most, and when the next one may leave."""

    sent = serializers.IntegerField()
    most = serializers.IntegerField()
    next_at = serializers.DateTimeField(allow_null=True)


class SessionFields(serializers.Serializer[Any]):
    """How a member's own session stands; `until` is when a rest ends, `ends_at` the session."""

    state = serializers.ChoiceField(choices=BrowserSession.State.choices)
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    stopped = serializers.BooleanField()
    hours = HoursFields()
    today = TodayFields()
    last_read_at = serializers.DateTimeField(allow_null=True)
    next_read_at = serializers.DateTimeField(allow_null=True)


def session_told(standing: Standing) -> Any:
    """Return the JSON of how a session stands."""
    session = standing.session
    return SessionFields(
        {
            "state": session.state,
            "since": session.state_since,
            "until": session.until,
            "ends_at": session.expires_at,
            "stopped": session.stopped_at is not None,
            "hours": standing.hours,
            "today": {
                "sent": standing.today.sent,
                "most": standing.today.most,
                "next_at": standing.may_send,
            },
            "last_read_at": standing.read_at,
            "next_read_at": standing.reads_at,
        }
    ).data
