"""Who can sign in, and what they may do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models

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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the account, with Django's marks as the role has them."""
        if self._state.adding and self.is_superuser:
            self.role = Role.ADMINISTRATOR
        self.is_staff = Role(self.role) >= Role.EDITOR
        self.is_superuser = self.role == Role.ADMINISTRATOR
        super().save(*args, **kwargs)
