"""What Meta's stand-in remembers besides messages: logins, tokens, webhook fields, comments."""

from typing import ClassVar

from django.db import models


class MetaGrant(models.Model):
    """What a person allowed in a login dialog: accounts ticked, scopes granted and declined.

    `accounts` are Page ids (Facebook Login) or the one Instagram account (Instagram Login).
    """

    login = models.CharField(max_length=10)
    user_id = models.CharField(max_length=40)
    accounts = models.JSONField(default=list)
    granted = models.JSONField(default=list)
    declined = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["MetaGrant"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.login} {self.accounts}"


class MetaCode(models.Model):
    """One code on its way from a consent page to the token exchange; used once."""

    value = models.CharField(max_length=200, unique=True)
    grant = models.ForeignKey(MetaGrant, on_delete=models.CASCADE)
    redirect_uri = models.CharField(max_length=500)
    expires_at = models.DateTimeField()

    objects: ClassVar[models.Manager["MetaCode"]] = models.Manager()

    def __str__(self) -> str:
        return f"code until {self.expires_at}"


class MetaToken(models.Model):
    """One token that was given out; `dead` is the subcode of its end, 0 while it lives.

    A row without a grant tells of one of the demo's fixed tokens, once something befell it.
    """

    value = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=10)
    node = models.CharField(max_length=40)
    long = models.BooleanField(default=True)
    grant = models.ForeignKey(MetaGrant, on_delete=models.CASCADE, null=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    dead = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager["MetaToken"]] = models.Manager()

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["kind", "node"], name="tokens_of_node"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.node}"


class Subscription(models.Model):
    """The webhook fields of one Page or Instagram account."""

    node = models.CharField(max_length=40, unique=True)
    fields = models.JSONField(default=list)

    objects: ClassVar[models.Manager["Subscription"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.node}: {', '.join(self.fields)}"


class Comment(models.Model):
    """One public comment under a Page's post or an Instagram account's media.

    `contact` is the commenter's id, empty for the account's own. `private_mid` is the message
    of the one private reply that a comment allows; `verbs` counts its changes.
    """

    class Author(models.TextChoices):
        """Who wrote it."""

        CONTACT = "contact"
        PRODUCT = "product"
        OWNER = "owner"

    account = models.CharField(max_length=20)
    account_id = models.CharField(max_length=40)
    comment_id = models.CharField(max_length=80, unique=True)
    post = models.CharField(max_length=80)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="replies")
    contact = models.CharField(max_length=128, blank=True)
    name = models.CharField(max_length=200, blank=True)
    anonymous = models.BooleanField(default=False)
    author = models.CharField(max_length=10, choices=Author)
    text = models.TextField(blank=True)
    hidden = models.BooleanField(default=False)
    removed = models.BooleanField(default=False)
    private_mid = models.CharField(max_length=255, blank=True)
    status = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()

    objects: ClassVar[models.Manager["Comment"]] = models.Manager()

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["post", "id"], name="comments_of_post"),)

    def __str__(self) -> str:
        return f"{self.author} {self.comment_id}"


class Option(models.Model):
    """One way in which the outside world behaves, unless it is the usual one."""

    name = models.CharField(max_length=60, unique=True)
    value = models.JSONField()

    objects: ClassVar[models.Manager["Option"]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.name}={self.value}"
