"""The one family of errors that people may see."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class FlowError(Exception):
    """Something went wrong that the caller can understand and act on.

    `code` is stable for machines, `detail` is a sentence for people in their language, `status`
    is the HTTP status of API.md. One handler turns it into problem+json or a message on a page.
    """

    code = "error"
    status = 400
    detail: Sentence = _("The request could not be handled.")

    def __init__(self, detail: Sentence | None = None) -> None:
        if detail is not None:
            self.detail = detail
        super().__init__(str(self.code))


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
