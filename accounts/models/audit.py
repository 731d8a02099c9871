"""Who did what: entries that are only ever added, each chained to the one before."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from flowia.lib.rows import Row
from flowia.lib.sealed import Sealed


class AuditKey(Sealed):
    """The one key that seals the audit log, and how many chains there are, under its seal."""

    sealed_as = "audit_key.sealed"
    name = models.CharField(max_length=10, unique=True, default="only")
    sealed = models.TextField(editable=False)
    chains = models.PositiveBigIntegerField(default=0)
    seal = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("key of the audit log")
        verbose_name_plural = _("keys of the audit log")

    def __str__(self) -> str:
        return self.name


class AuditChain(Row):
    """The head of one chain of entries: a workspace's, or that of everything above workspaces.

    Writers lock it, so that entries follow each other without a gap. It remembers where the
    chain begins after old entries were purged. `seal` covers all of that (`accounts/sealing.py`).
    `checked_at` and `broken_at` say what the last verification found.
    """

    key = models.CharField(max_length=36, unique=True)
    length = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    purged_to = models.PositiveBigIntegerField(default=0)
    purged_head = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64, blank=True)
    checked_at = models.DateTimeField(_("verified"), null=True, blank=True)
    broken_at = models.PositiveBigIntegerField(_("broken at entry"), null=True, blank=True)

    class Meta:
        verbose_name = _("chain of the audit log")
        verbose_name_plural = _("chains of the audit log")

    def __str__(self) -> str:
        return f"{self.key}: {self.length}"


class AuditEntry(Row):
    """One thing that somebody did. It names rows by `uid` alone and holds nobody's words.

    There are no foreign keys: an entry outlives the rows it speaks of.
    """

    class Actor(models.TextChoices):
        """Who did it."""

        MEMBER = "member", _("member")
        OPERATOR = "operator", _("operator")
        SYSTEM = "system", _("Flow IA")
        NETWORK = "network", _("network")
        NOBODY = "nobody", _("somebody not signed in")

    chain = models.CharField(max_length=36)
    number = models.PositiveBigIntegerField(_("number"))
    actor_kind = models.CharField(_("by"), max_length=10, choices=Actor)
    actor_uid = models.UUIDField(_("person"), null=True, blank=True)
    action = models.CharField(_("action"), max_length=60)
    target = models.CharField(_("kind of row"), max_length=40, blank=True)
    target_uid = models.UUIDField(_("row"), null=True, blank=True)
    address = models.CharField(_("network address"), max_length=45, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)
    at = models.DateTimeField(_("at"))
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("entry of the audit log")
        verbose_name_plural = _("audit log")
        constraints = (
            models.UniqueConstraint(fields=["chain", "number"], name="one_entry_per_number"),
        )
        indexes = (
            models.Index(fields=["actor_uid"], name="entries_of_person"),
            models.Index(fields=["target_uid"], name="entries_about_row"),
        )

    def __str__(self) -> str:
        return f"{self.chain} {self.number} {self.action}"
