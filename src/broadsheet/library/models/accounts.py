"""Who can sign in, what they may do, whom the house invites, and the browsers that are signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower

from broadsheet.community import Role


class Account(AbstractUser):
    """Who can sign in. `trust` is what its votes count in the trending list; by its age where nobody has said.

    What it may do follows from its `role` alone; Django's own two marks are kept in step with it. Until `banned_until`
    it may read and nothing else. What others see of it is its name, and no more unless it `shows_profile`.
    """

    role = models.CharField(max_length=16, choices=[(role, role) for role in Role], default=Role.READER)
    trust = models.FloatField(null=True, blank=True)
    about = models.TextField(default="", blank=True, max_length=2000)
    shows_profile = models.BooleanField(default=False)
    hides_votes = models.BooleanField(default=False)
    mailed = models.BooleanField(default=True)
    banned_until = models.DateTimeField(null=True, blank=True)
    ban_reason = models.TextField(default="", blank=True)

    class Meta:
        verbose_name = "account"
        verbose_name_plural = "accounts"
        indexes = (models.Index(Lower("username"), name="account_lower_name"),)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the account, with Django's marks as the role has them."""
        if self._state.adding and self.is_superuser:
            self.role = Role.ADMINISTRATOR
        self.is_staff = Role(self.role) >= Role.EDITOR
        self.is_superuser = self.role == Role.ADMINISTRATOR
        super().save(*args, **kwargs)


class Invitation(models.Model):
    """Leave to make one account, of this role, until a moment. Only a hash of the code that its link carries is kept.

    Whoever accepted it is its `account`. With either account goes the invitation.
    """

    code_hash = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=16, choices=[(role, role) for role in Role], default=Role.READER)
    mail = models.EmailField(default="", blank=True)
    mailed = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="invitations")
    until = models.DateTimeField()
    account = models.OneToOneField(Account, on_delete=models.CASCADE, null=True, related_name="invitation")
    accepted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation {self.pk} as {self.role}"


class Token(models.Model):
    """Leave for a program to act for an account, until a moment if one is set. Only a hash of its secret is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    scopes = models.JSONField(default=list)
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"token {self.name}"


class KeptAnswer(models.Model):
    """What a write of an account answered, kept for a day under the key that a program gave it, to be said again.

    `fingerprint` is a hash of what was asked; `status` is None while it is at work.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    media_type = models.CharField(max_length=60, default="")
    body = models.TextField(default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "key"], name="kept_answer_of_key"),)

    def __str__(self) -> str:
        return f"answer to {self.key}"


class Session(AbstractBaseSession):
    """A browser that is known again, under a hash of the key that it has; whose it is, and where it was last seen."""

    session_key = models.CharField(max_length=64, primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="sessions")
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    network = models.CharField(max_length=45, default="")
    browser = models.CharField(max_length=200, default="")

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        """What reads and writes these rows."""
        from broadsheet.library.sessions import SessionStore as Store

        return Store


class CacheRow(models.Model):
    """What Django's cache keeps for a while: how often somebody tried something. Its columns are Django's."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
