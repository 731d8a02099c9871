"""The one family of errors that people may see."""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise
UNAUTHORIZED = 401


class FlowError(Exception):
    """Something went wrong that the caller can understand and act on.

    `code` is stable for machines, `detail` is a sentence for people in their language, `status`
    is the HTTP status of API.md. One handler turns it into problem+json or a message on a page.
    """

    code = "error"
    status = 400
    detail: Sentence = _("The request could not be handled.")
    retry_after: int | None = None
    errors: dict[str, list[Sentence]] | None = None

    def __init__(
        self,
        detail: Sentence | None = None,
        *,
        errors: dict[str, list[Sentence]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        """`errors` names the fields at fault; `retry_after` is in seconds."""
        if detail is not None:
            self.detail = detail
        self.errors = errors
        self.retry_after = retry_after
        super().__init__(str(self.code))

    @property
    def headers(self) -> dict[str, str]:
        """The headers that belong to the error's answer."""
        if self.retry_after is not None:
            return {"Retry-After": str(self.retry_after)}
        return {"WWW-Authenticate": 'Bearer realm="api"'} if self.status == UNAUTHORIZED else {}


def first_sentence(error: FlowError) -> str:
    """Return what a page with one field tells of `error`: its field's sentence, or the whole's."""
    fields = (error.errors or {}).values()
    return next((str(sentences[0]) for sentences in fields), str(error.detail))


class NotFoundError(FlowError):
    """The row does not exist, or is not the caller's: the two are told apart by nobody."""

    code = "not_found"
    status = 404
    detail = _("There is nothing at this address.")


class TooLargeError(FlowError):
    """The body is larger than 1 MiB."""

    code = "too_large"
    status = 413
    detail = _("The request is larger than 1 MiB. Send it in smaller parts.")


class MalformedError(FlowError):
    """The request itself is broken or suspicious, whatever it was about."""

    code = "malformed"
    status = 400
    detail = _("The request is malformed.")


class NotAllowedError(FlowError):
    """The caller may not do this, for a reason that is not their role's."""

    code = "permission_denied"
    status = 403
    detail = _("This is not open to you.")


class ExpiredFormError(NotAllowedError):
    """A form came without the token of its page, or from elsewhere."""

    code = "csrf_failed"
    detail = _("This form has expired, or comes from another site.")


class MethodNotAllowedError(FlowError):
    """The address exists, but not for this method."""

    code = "method_not_allowed"
    status = 405
    detail = _("This address does not answer to this method.")


class InvalidPayloadError(FlowError):
    """A signed body that is not what the sender's documentation promises."""

    code = "invalid_payload"
    status = 400
    detail = _("The body is not a JSON document of the expected form.")


class BadSignatureError(FlowError):
    """The body was not signed with our secret."""

    code = "bad_signature"
    status = 403
    detail = _("The signature does not match the body.")


class InvalidError(FlowError):
    """Something in the request is missing or wrong; `errors` says what."""

    code = "invalid"
    status = 400
    detail = _("Some fields are missing or wrong.")


class ForbiddenError(FlowError):
    """The caller's role does not allow it."""

    code = "role_too_small"
    status = 403
    detail = _("Your role in this workspace does not allow this. Ask an owner.")


class ConflictError(FlowError):
    """The row is in a state that does not allow it."""

    code = "conflict"
    status = 409
    detail = _("This is no longer possible.")


class TooManyRequestsError(FlowError):
    """More requests than allowed; `retry_after` says when to come back."""

    code = "too_many_requests"
    status = 429
    detail = _("Too many requests.")

    def __init__(
        self,
        detail: Sentence | None = None,
        *,
        errors: dict[str, list[Sentence]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        """`retry_after`, in seconds, is told at the end of the class's own sentence."""
        super().__init__(detail, errors=errors, retry_after=retry_after)
        if detail is None and retry_after is not None:
            self.detail = format_lazy("{} {}", self.detail, self._when())

    def _when(self) -> str:
        # Beside a countdown of seconds, "about a minute" would say something else.
        if self.minutes == 1:
            return gettext("Next attempt within a minute.")
        return ngettext(
            "Next attempt in about %(minutes)s minute.",
            "Next attempt in about %(minutes)s minutes.",
            self.minutes,
        ) % {"minutes": self.minutes}

    @property
    def minutes(self) -> int:
        """After how many minutes to come back, rounded up."""
        return -(-(self.retry_after or 60) // 60)
