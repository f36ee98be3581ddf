"""The door: who is let in by a name and a password, by another site's word, by an invitation; and who is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import transaction
from django.http import Http404, HttpRequest
from django.shortcuts import render

from broadsheet.core import invitations
from broadsheet.core.invitations import InvitationError
from broadsheet.library import models, sessions
from broadsheet.people import Invitation

INVITED = "invitation"
"""Where a session keeps the number of the invitation that it came with."""

NAME_VALIDATORS = [
    RegexValidator(r"\A[\w.-]+\Z", "A name is letters, digits and . - _, without blanks."),
    MaxLengthValidator(40),
]
"""What names people may choose for themselves: none that looks like another one's mail address."""


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Compares the password once, whether the name or address is known or not: no clock tells which it is."""

    def _authenticate(self, _request: HttpRequest | None, **credentials: Any) -> models.Account | None:
        """The account of this name, or else of this mail address, if the password is its."""
        login = credentials.get("username") or credentials.get("email") or ""
        account = get_user_by_username(login)
        if account is None:
            with_mail = filter_users_by_email(login, prefer_verified=True, for_login=True)
            account = min(with_mail, key=lambda each: each.pk, default=None)
        found: models.Account | None = self._check_password(account, credentials["password"])
        return found


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Lets in whom the settings let in, and whoever has an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this browser may make an account."""
        return settings.SIGNUP == "open" or invitation_of(request) is not None

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - allauth's signature
        """Make the account and use the invitation up, both or neither."""
        with _invited(request, user):
            return super().save_user(request, user, form, commit=commit)

    def set_password(self, user: Any, password: str) -> None:
        """Write a new password, and end what was signed in with the old one elsewhere."""
        super().set_password(user, password)
        sessions.end_all(user.pk, but_key=self.request.session.session_key or "")


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Lets in those whom other sites vouch for, under the same conditions.

    Whose mail address another site tells is signed in to no account that has it: that account signs in, and connects.
    """

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        """The settings of a provider; nothing is at the addresses of those that are not set up."""
        try:
            return super().get_app(request, provider, client_id)
        except SocialApp.DoesNotExist:
            raise Http404 from None

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:  # noqa: ARG002 - allauth's signature
        """Take no mail address where no mail is sent."""
        if not settings.EMAIL_HOST:
            sociallogin.email_addresses = []
            if not sociallogin.is_existing:
                sociallogin.user.email = ""

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        """Make the account and use the invitation up, both or neither."""
        with _invited(request, sociallogin.user):
            return super().save_user(request, sociallogin, form)


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The open invitation that this browser came with."""
    number = request.session.get(INVITED)
    return invitations.of_number(number, now=datetime.now(UTC)) if number else None


@contextmanager
def _invited(request: HttpRequest, account: models.Account) -> Iterator[None]:
    """One transaction that makes an account, and in its end accepts the invitation, if the browser came with one.

    Of two who come with one invitation at once the second is told so, and no account is made.
    """
    invitation = invitation_of(request)
    try:
        with transaction.atomic():
            yield
            if invitation:
                invitations.accept(invitation.number, account.pk, now=datetime.now(UTC))
                account.refresh_from_db()
    except InvitationError as refused:
        page = render(request, "account/signup_closed.html", {"reason": str(refused)}, status=409)
        raise ImmediateHttpResponse(page) from None
