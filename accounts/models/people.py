"""People, their workspaces and their roles in them."""

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from flowia.lib.indexing import Beginnings
from flowia.lib.rows import Row


class UserManager(BaseUserManager["User"]):
    """Django's two ways of making a user, by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person; the address is kept in lower case, the password hashed."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an operator who may do everything in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin, Row):
    """A person who signs in by e-mail: a member, an operator, or both."""

    class Theme(models.TextChoices):
        """The colours of the person's pages."""

        SYSTEM = "system", _("As this device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=5, default="fr")
    # The database knows the default too: an older version goes on writing during an upgrade.
    theme = models.CharField(
        _("theme"), max_length=6, choices=Theme, default=Theme.SYSTEM, db_default=Theme.SYSTEM
    )
    email_verified_at = models.DateTimeField(_("address verified"), null=True, blank=True)
    # Google's `sub`: the only name of a Google account that never changes hands.
    google_sub = models.CharField(
        _("Google account"), max_length=64, null=True, blank=True, unique=True
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("operator"), default=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.email


def is_a_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is one of the tz database ("Europe/Paris")."""
    if name not in available_timezones():
        raise ValidationError(_("There is no time zone of this name."))


class Workspace(Row):
    """A customer of ours; every row of the product belongs to one."""

    name = models.CharField(_("name"), max_length=150)
    timezone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Paris", validators=[is_a_time_zone]
    )
    language = models.CharField(_("language"), max_length=5, default="fr")
    business_profile = models.TextField(_("business profile"), blank=True, max_length=10_000)
    assistant_on = models.BooleanField(_("assistant on"), default=True)
    release_after_minutes = models.PositiveIntegerField(
        _("minutes before a conversation taken over goes back to the assistant"), default=720
    )
    # What the assistant says of itself, and what it says when a human takes over. Blank: our own
    # sentence, and nothing.
    ai_notice = models.TextField(_("AI notice"), blank=True, max_length=300)
    handoff_text = models.TextField(_("words at a handoff"), blank=True, max_length=500)
    trust_after = models.PositiveSmallIntegerField(
        _("approvals without edits before automatic answers are proposed"), default=5
    )
    members = models.ManyToManyField(User, through="Membership", related_name="workspaces")

    class Meta:
        verbose_name = _("workspace")
        verbose_name_plural = _("workspaces")
        indexes = (Beginnings(Lower("name"), name="workspace_named"),)

    def __str__(self) -> str:
        return self.name


class Fact(Row):
    """One line of a workspace's fact sheet: what the assistant may state as true."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="facts")
    label = models.CharField(_("label"), max_length=120)
    value = models.TextField(_("value"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("fact sheet")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.label


class Membership(Row):
    """A person's role in a workspace."""

    class Role(models.TextChoices):
        """What a member may do: an owner everything, a member the daily work."""

        OWNER = "owner", _("owner")
        MEMBER = "member", _("member")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MEMBER)
    told_by_mail = models.BooleanField(_("e-mail when a human is needed"), default=True)
    # By kind of letter, what was chosen otherwise than usual: "never".
    letters = models.JSONField(
        _("e-mails chosen"),
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
    )
    quiet_from = models.TimeField(_("no e-mails from"), null=True, blank=True)
    quiet_until = models.TimeField(_("no e-mails until"), null=True, blank=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = (
            models.UniqueConstraint(fields=["workspace", "user"], name="one_role_per_member"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.workspace_id}"
