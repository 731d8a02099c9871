"""What can go wrong between a person, Google and us, in words."""

from django.utils.translation import gettext_lazy as _

from flowia.lib.errors import ConflictError, FlowError


class GoogleOffError(FlowError):
    """No GOOGLE_CLIENT_ID is set."""

    code = "google_off"
    status = 404
    detail = _("Signing in with Google is not set up here. Sign in with your e-mail address.")


class GoogleRefusedError(FlowError):
    """What came as Google's word is not, or no longer; or it does not say enough."""

    code = "google_refused"
    status = 401
    detail = _("Google did not confirm who you are. Try again from the sign-in page.")


class GoogleUnreachableError(FlowError):
    """Google does not answer, or not as it should."""

    code = "google_unreachable"
    status = 503
    detail = _(
        "Google cannot be reached right now. Sign in with your e-mail address and your password,"
        " or try again in a few minutes. Without a password, choose one by e-mail."
    )


class LinkNeedsPasswordError(ConflictError):
    """The address has an account here, and nothing proves yet that both are one person's."""

    code = "link_needs_password"
    detail = _(
        "There is an account with this address. Sign in with your password first, or choose a new"
        " one by e-mail, then connect Google in your settings."
    )


class GoogleTakenError(ConflictError):
    """The Google account opens somebody else's account here."""

    code = "google_taken"
    detail = _("This Google account is connected to somebody else's account here.")


class OtherGoogleError(ConflictError):
    """The person has another Google account connected."""

    code = "google_connected"
    detail = _("Another Google account is connected. Disconnect it first.")


class PasswordNeededError(ConflictError):
    """Without Google nothing would open this account any more."""

    code = "password_needed"
    detail = _("Choose a password by e-mail first: without it you could no longer sign in.")
