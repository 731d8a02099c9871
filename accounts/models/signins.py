"""Where people are signed in, what they tried, and the doors that stand open for a while."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Membership, User, Workspace
from flowia.lib.rows import Row


class SignIn(Row):
    """One place where a person is signed in: a browser, or a program with its family of tokens.

    A program's refresh token names the row and its `generation`; only the current generation
    refreshes. The row ends once and never lives again.
    """

    class Kind(models.TextChoices):
        """How the place proves itself: a session cookie, or tokens."""

        BROWSER = "browser", _("browser")
        TOKENS = "tokens", _("program")

    class End(models.TextChoices):
        """Why it ended."""

        SIGNED_OUT = "signed_out", _("signed out")
        SIGNED_OUT_ELSEWHERE = "signed_out_elsewhere", _("signed out from another place")
        PASSWORD_CHANGED = "password_changed", _("the password was changed")
        REUSED = "reused", _("an old refresh token was used again")
        ADDRESS_CHANGED = "address_changed", _("an operator changed the address")
        DEACTIVATED = "deactivated", _("the account was switched off")

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    address = models.CharField(_("network address"), max_length=45, blank=True)
    device = models.CharField(_("device"), max_length=300, blank=True)
    generation = models.PositiveIntegerField(_("generation of the refresh token"), default=0)
    rotated_at = models.DateTimeField(_("last refresh"))
    seen_at = models.DateTimeField(_("last seen"))
    expires_at = models.DateTimeField(_("ends at the latest"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=24, choices=End, blank=True)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        indexes = (models.Index(fields=["user", "ended_at"], name="sign_ins_of_user"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class SignInAttempt(Row):
    """One attempt to sign in with a password, counted before the password is looked at.

    `email_key` is a keyed hash: the table holds nobody's address, also not that of strangers.
    """

    email_key = models.CharField(max_length=64)
    address = models.CharField(_("network address"), max_length=45)
    trust = models.PositiveSmallIntegerField(_("how well the place is known"), default=0)

    class Meta:
        verbose_name = _("attempt to sign in")
        verbose_name_plural = _("attempts to sign in")
        indexes = (
            models.Index(fields=["email_key", "created_at"], name="attempts_by_email"),
            models.Index(fields=["address", "created_at"], name="attempts_by_address"),
        )

    def __str__(self) -> str:
        return f"{self.address} {self.created_at:%Y-%m-%d %H:%M}"


class OAuthState(Row):
    """One authorisation that somebody began with an outside service; used once, then gone.

    Only the hash of `state` is kept. `session` binds it to the browser that began, `sealed` holds
    the PKCE verifier and the nonce, encrypted.
    """

    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=40)
    session = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE, null=True, blank=True)
    sealed = models.TextField()
    return_to = models.CharField(max_length=500, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("authorisation under way")
        verbose_name_plural = _("authorisations under way")

    def __str__(self) -> str:
        return self.purpose


class UsedToken(Row):
    """An ID token of Google's that opened an account here; kept until it ends, as a hash."""

    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("used token")
        verbose_name_plural = _("used tokens")

    def __str__(self) -> str:
        return f"{self.expires_at:%Y-%m-%d %H:%M}"


class Invitation(Row):
    """An e-mail address asked into a workspace; its link is signed and names this row."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(
        _("role"), max_length=10, choices=Membership.Role, default=Membership.Role.MEMBER
    )
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    expires_at = models.DateTimeField(_("ends"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (
            models.UniqueConstraint(
                fields=["workspace", "email"],
                condition=models.Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} {self.role}"
