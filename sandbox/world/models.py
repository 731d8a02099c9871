"""What the outside world remembers: calls, the phone's thread, letters, faults."""

from typing import ClassVar

from django.db import models

from sandbox.world.meta_rows import (
    Comment,
    MetaCode,
    MetaGrant,
    MetaToken,
    Option,
    Subscription,
)

__all__ = (
    "Call",
    "Comment",
    "Fault",
    "Letter",
    "MetaCode",
    "MetaGrant",
    "MetaToken",
    "Option",
    "PhoneMessage",
    "Subscription",
)


class Call(models.Model):
    """One request that a stand-in received, and what it answered: the ground truth of tests.

    `operation` names what was asked (`send`, `answer`, `create_page` ...), `external_id` is the
    id given out (message, response or page), `fault` the fault that was played on the caller.
    """

    service = models.CharField(max_length=20)
    operation = models.CharField(max_length=40)
    method = models.CharField(max_length=7)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField()
    fault = models.CharField(max_length=40, blank=True)
    body = models.JSONField(default=dict)
    recipient = models.CharField(max_length=128, blank=True)
    text = models.TextField(blank=True)
    external_id = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Call"]] = models.Manager()

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["service", "operation"], name="calls_of_service"),)

    def __str__(self) -> str:
        return f"{self.service} {self.operation} {self.status}"


class PhoneMessage(models.Model):
    """One bubble in the thread that a visitor sees on the phone."""

    class Author(models.TextChoices):
        """Who wrote it."""

        CONTACT = "contact"
        PRODUCT = "product"
        OWNER = "owner"

    account = models.CharField(max_length=20)
    account_id = models.CharField(max_length=128)
    contact = models.CharField(max_length=128)
    name = models.CharField(max_length=200, blank=True)
    author = models.CharField(max_length=10, choices=Author)
    mid = models.CharField(max_length=255, unique=True)
    text = models.TextField(blank=True)
    attachments = models.JSONField(default=list)
    metadata = models.CharField(max_length=1000, blank=True)
    status = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()

    objects: ClassVar[models.Manager["PhoneMessage"]] = models.Manager()

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["contact", "id"], name="thread_of_contact"),)

    def __str__(self) -> str:
        return f"{self.author} {self.mid}"


class Letter(models.Model):
    """One letter that the mail server took in, for one of its receivers."""

    receiver = models.CharField(max_length=320)
    sender = models.CharField(max_length=320)
    message_id = models.CharField(max_length=255, blank=True)
    subject = models.CharField(max_length=998, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Letter"]] = models.Manager()

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=["receiver"], name="letters_of_receiver"),)

    def __str__(self) -> str:
        return f"{self.receiver}: {self.subject}"


class Fault(models.Model):
    """A fault to be played on the next `times` calls of a service; null: until it is removed.

    `operation` keeps it to one kind of call; `every` plays it on each n-th of them (`seen`
    counts); `detail` is what kind *error* says: `code`, `subcode`, `reason`, `status`, `headers`,
    `message`, `accepted`; and the `chance` and `seed` of one that is played at random.
    """

    service = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    operation = models.CharField(max_length=40, blank=True)
    times = models.PositiveIntegerField(null=True)
    every = models.PositiveIntegerField(default=1)
    seen = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    retry_after = models.PositiveIntegerField(default=2)
    detail = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Fault"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.service} {self.kind}"

    @property
    def accepted(self) -> bool:
        """Whether the call is carried out all the same, and only its answer is the error."""
        return self.kind == "error" and bool(self.detail.get("accepted"))
