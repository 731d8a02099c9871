"""What is read by asking: one row per stream of an account, and what asking cost."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row
from social.models.accounts import SocialAccount


class Poll(Row):
    """One stream of one account: where it was read to, and when it is read again."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="polls")
    social_account = models.ForeignKey(SocialAccount, models.CASCADE, related_name="polls")
    stream = models.CharField(_("stream"), max_length=30)
    cursor = models.JSONField(_("read up to"), default=dict, blank=True)
    seconds = models.PositiveIntegerField(_("seconds between two turns"), default=0)
    next_at = models.DateTimeField(_("next turn"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    found_at = models.DateTimeField(_("last time something was new"), null=True, blank=True)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("poll")
        verbose_name_plural = _("polls")
        constraints = (
            models.UniqueConstraint(fields=["social_account", "stream"], name="one_poll_a_stream"),
        )
        indexes = (
            models.Index(
                fields=["next_at"], name="poll_due", condition=models.Q(next_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.social_account_id} {self.stream}"


class UnitDay(Row):
    """What one account used of its network's shared units on one of the network's days.

    `polls_lapsed`, `replies_lapsed`: which part (0 to 1) of its equal part had not been used in its
    time when it last used units (`social/budget.py`).
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="unit_days")
    social_account = models.ForeignKey(SocialAccount, models.CASCADE, related_name="unit_days")
    provider = models.CharField(_("provider"), max_length=20)
    day = models.DateField(_("day of the network"))
    polled = models.PositiveIntegerField(_("units for reading"), default=0)
    replied = models.PositiveIntegerField(_("units for answers"), default=0)
    polls_lapsed = models.FloatField(_("part for reading that lapsed"), default=0.0, db_default=0.0)
    replies_lapsed = models.FloatField(
        _("part for answers that lapsed"), default=0.0, db_default=0.0
    )

    class Meta:
        verbose_name = _("units of a day")
        verbose_name_plural = _("units of a day")
        constraints = (
            models.UniqueConstraint(fields=["social_account", "day"], name="one_count_a_day"),
        )
        indexes = (models.Index(fields=["provider", "day"], name="units_of_day"),)

    def __str__(self) -> str:
        return f"{self.provider} {self.day}"


class UnitTotal(Row):
    """What all accounts together used of a network's units on one of its days; never over `most`.

    Not a customer's: the network counts for the whole house.
    """

    provider = models.CharField(_("provider"), max_length=20)
    day = models.DateField(_("day of the network"))
    most = models.PositiveIntegerField(_("units of the day"))
    used = models.PositiveIntegerField(_("used"), default=0)
    replied = models.PositiveIntegerField(_("of them for answers"), default=0)

    class Meta:
        verbose_name = _("units of all accounts")
        verbose_name_plural = _("units of all accounts")
        constraints = (
            models.UniqueConstraint(fields=["provider", "day"], name="one_total_a_day"),
            models.CheckConstraint(
                condition=models.Q(used__lte=models.F("most")), name="units_within_the_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.day}"
