"""What the Stripe stand-in remembers."""

from typing import ClassVar

from django.db import models


class Thing(models.Model):
    """One object of Stripe's API: `data` as the API shows it, `hidden` what it never shows.

    `kind` is its `object`; `due` the moment of the stand-in's clock at which something happens
    to it by itself. References to prices inside `data` are bare ids, filled in when shown.
    """

    uid = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=40)
    customer = models.CharField(max_length=80, blank=True)
    subscription = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=30, blank=True)
    created = models.BigIntegerField()
    due = models.BigIntegerField(null=True, db_index=True)
    deleted = models.BooleanField(default=False)
    data = models.JSONField(default=dict)
    hidden = models.JSONField(default=dict)

    objects: ClassVar[models.Manager["Thing"]] = models.Manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=["kind", "customer"], name="stripe_of_customer"),
            models.Index(fields=["kind", "subscription"], name="stripe_of_subscription"),
        )

    def __str__(self) -> str:
        return self.uid


class Event(models.Model):
    """One event: `data` is its object (and what it was before) at that moment."""

    uid = models.CharField(max_length=80, unique=True)
    type = models.CharField(max_length=80)
    created = models.BigIntegerField()
    about = models.CharField(max_length=80, blank=True, db_index=True)
    data = models.JSONField(default=dict)
    request = models.JSONField(default=dict)

    objects: ClassVar[models.Manager["Event"]] = models.Manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.type} {self.uid}"


class Delivery(models.Model):
    """One event on its way to one endpoint; `status` is the last answer, 0 when none came."""

    class State(models.TextChoices):
        """How far it came; `HELD` waits until the option or a call lets it go."""

        WAITING = "waiting"
        HELD = "held"
        DELIVERED = "delivered"
        FAILED = "failed"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)

    objects: ClassVar[models.Manager["Delivery"]] = models.Manager()

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["state"], name="stripe_deliveries_by_state"),)

    def __str__(self) -> str:
        return f"to {self.endpoint}: {self.state}"


class Key(models.Model):
    """An idempotency key with the answer of the call that used it first."""

    value = models.CharField(max_length=255, unique=True)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    request_id = models.CharField(max_length=40)
    created = models.BigIntegerField()

    objects: ClassVar[models.Manager["Key"]] = models.Manager()

    def __str__(self) -> str:
        return self.value


class Option(models.Model):
    """One of `options.DEFAULTS` with another value, or the clock's distance from the real one."""

    name = models.CharField(max_length=40, unique=True)
    value = models.JSONField()

    objects: ClassVar[models.Manager["Option"]] = models.Manager()

    def __str__(self) -> str:
        return self.name
