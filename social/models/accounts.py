"""Connected accounts, with the credentials to act through them."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import User, Workspace
from flowia.lib.indexing import Beginnings
from flowia.lib.sealed import Sealed, SealedRow


class SocialAccount(SealedRow):
    """One account of a workspace on a network, with the credentials to write through it.

    Disconnected, its row stays for the history, without credentials: connected again it lives on,
    and another workspace may connect the same account meanwhile.
    """

    class Status(models.TextChoices):
        """Whether we may use the account."""

        ACTIVE = "active", _("connected")
        CONNECTING = "connecting", _("being connected")
        NEEDS_LOGIN = "needs_login", _("must be connected again")
        PAUSED = "paused", _("paused")
        DISCONNECTED = "disconnected", _("disconnected")

    sealed_as = "social_account.credentials"
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="social_accounts")
    provider = models.CharField(_("provider"), max_length=20)
    kind = models.CharField(_("kind"), max_length=20)
    external_id = models.CharField(_("external id"), max_length=128)
    name = models.CharField(_("name"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField(_("reason"), max_length=100, blank=True)
    # A pause outlives an access that ends: the account comes back paused.
    was_paused = models.BooleanField(_("paused before it had to be connected again"), default=False)
    # Which way it was connected by, and through which account it acts (Instagram: its Page).
    login = models.CharField(_("connected by"), max_length=20, blank=True)
    handle = models.CharField(_("handle"), max_length=200, blank=True)
    linked_external_id = models.CharField(_("acts through"), max_length=128, blank=True)
    scopes = models.JSONField(_("granted scopes"), default=list, blank=True)
    webhook_fields = models.JSONField(_("subscribed webhook fields"), default=list, blank=True)
    # What the network tells of the account (region, type), and which abilities it lacks and why.
    facts = models.JSONField(_("what the network tells of it"), default=dict, blank=True)
    lacks = models.JSONField(_("what it cannot do"), default=dict, blank=True)
    # Where the network forbids automatic answers unless the owner agreed to exactly that.
    automation_agreed_at = models.DateTimeField(_("automation agreed"), null=True, blank=True)
    automation_agreed_by = models.UUIDField(_("automation agreed by"), null=True, blank=True)
    connected_at = models.DateTimeField(_("connected"), null=True, blank=True)
    token_issued_at = models.DateTimeField(_("token issued"), null=True, blank=True)
    token_expires_at = models.DateTimeField(_("token ends"), null=True, blank=True)
    refresh_expires_at = models.DateTimeField(_("must be granted anew by"), null=True, blank=True)
    refresh_next_at = models.DateTimeField(_("next refresh"), null=True, blank=True)
    refresh_attempts = models.PositiveSmallIntegerField(_("refreshes that failed"), default=0)
    checked_at = models.DateTimeField(_("last look"), null=True, blank=True)
    check_next_at = models.DateTimeField(_("next look"), null=True, blank=True)
    check_error = models.CharField(_("what the last look met"), max_length=60, blank=True)
    # Nothing leaves through it until then; what it brings is stored all the same.
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    held_reason = models.CharField(_("held because"), max_length=60, blank=True)
    unannounced = models.PositiveIntegerField(_("messages no webhook announced"), default=0)
    unannounced_at = models.DateTimeField(_("last one found"), null=True, blank=True)
    # The state that its members were last told of by e-mail.
    told_state = models.CharField(_("state told by e-mail"), max_length=30, blank=True)
    last_webhook_at = models.DateTimeField(_("last webhook"), null=True, blank=True)
    last_poll_at = models.DateTimeField(_("last poll"), null=True, blank=True)
    # The network's own id of the person who gave us the account: its word for them when they
    # take that back.
    granted_by = models.CharField(_("granted by"), max_length=128, blank=True, db_index=True)

    class Meta:
        verbose_name = _("social account")
        verbose_name_plural = _("social accounts")
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "external_id"],
                condition=~models.Q(status="disconnected"),
                name="one_account_one_row",
            ),
            models.UniqueConstraint(
                fields=["workspace", "kind", "external_id"], name="one_row_a_workspace"
            ),
        )
        indexes = (
            Beginnings(Lower("name"), name="account_named"),
            Beginnings(Lower("handle"), name="account_handled"),
            models.Index(fields=["external_id"], name="account_of_network"),
            models.Index(
                fields=["id"], name="account_to_log_in", condition=models.Q(status="needs_login")
            ),
            models.Index(
                fields=["refresh_next_at"],
                name="account_refresh_due",
                condition=models.Q(refresh_next_at__isnull=False),
            ),
            models.Index(
                fields=["check_next_at"],
                name="account_check_due",
                condition=models.Q(check_next_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.name or f"{self.kind} {self.external_id}"


class Connecting(Sealed):
    """What a person granted, until they have chosen which of the accounts are to be connected.

    `sealed` holds the choices with their tokens; the row goes when they chose, or when it expires.
    """

    sealed_as = "connecting.sealed"
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="connecting")
    user = models.ForeignKey(User, models.CASCADE, related_name="connecting")
    provider = models.CharField(_("provider"), max_length=20)
    login = models.CharField(_("connected by"), max_length=20)
    sealed = models.TextField(editable=False)
    expires_at = models.DateTimeField(_("expires"))
    return_to = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("accounts to choose from")
        verbose_name_plural = _("accounts to choose from")

    def __str__(self) -> str:
        return f"{self.provider} {self.uid}"
