"""What people may ask of their data: a copy, or that it be gone."""

import json

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User, Workspace
from flowia.lib.rows import Row
from flowia.lib.sealed import Sealed


class Export(Row):
    """One copy of a workspace's data: made in the background, kept as a file for a week."""

    class Status(models.TextChoices):
        """How far it has come."""

        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        GONE = "gone", _("deleted")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="exports")
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    language = models.CharField(_("language"), max_length=5, default="fr")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    done = models.PositiveIntegerField(_("rows written"), default=0)
    total = models.PositiveIntegerField(_("rows in all"), default=0)
    file_name = models.CharField(_("file"), max_length=80, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    expires_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        constraints = (
            models.UniqueConstraint(
                fields=["workspace"],
                condition=models.Q(status__in=["queued", "running"]),
                name="one_export_at_a_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_at"], name="export_due", condition=models.Q(next_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.status}"


class Erasure(Sealed):
    """The erasing of one contact. It outlives them, and knows them by a number alone.

    *queued*: a message of theirs is on the wire, so their rows go in a moment. *erased*: the rows
    are gone, and the stored calls that name them are being cleaned; until then `sealed` holds
    their id on the network, encrypted.
    """

    sealed_as = "erasure.sealed"

    class Status(models.TextChoices):
        """How far it has come."""

        QUEUED = "queued", _("waiting")
        ERASED = "erased", _("erased, the stored calls follow")
        DONE = "done", _("done")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="erasures")
    contact_uid = models.UUIDField(_("contact"))
    lead_uid = models.UUIDField(_("lead"), null=True, blank=True)
    asked_by_uid = models.UUIDField(_("asked by"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    sealed = models.TextField(blank=True, editable=False)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = (
            models.UniqueConstraint(
                fields=["workspace", "contact_uid"], name="one_erasure_per_contact"
            ),
        )
        indexes = (
            models.Index(
                fields=["next_at"], name="erasure_due", condition=models.Q(next_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.contact_uid} {self.status}"

    def seal(self, person: dict[str, str]) -> None:
        """Encrypt who is still to be cleaned out of the stored calls; the caller saves."""
        self.close(json.dumps(person))

    @property
    def person(self) -> dict[str, str]:
        """The sealed `account` (its key) and `person`; raises CannotDecryptError."""
        plain: dict[str, str] = json.loads(self.opened())
        return plain


class DeletionRequest(Row):
    """A network passed on that a person took their account, or their data, back from us.

    `key` is a keyed hash of the call, `code` what the person may look it up by.
    """

    class Kind(models.TextChoices):
        """What was asked."""

        DEAUTHORIZE = "deauthorize", _("access withdrawn")
        DELETION = "deletion", _("deletion of data")

    provider = models.CharField(_("provider"), max_length=20)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    key = models.CharField(max_length=64, unique=True)
    code = models.CharField(_("confirmation code"), max_length=32, unique=True)
    accounts = models.PositiveIntegerField(_("accounts concerned"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("request from a network")
        verbose_name_plural = _("requests from the networks")

    def __str__(self) -> str:
        return f"{self.provider} {self.kind} {self.code}"
