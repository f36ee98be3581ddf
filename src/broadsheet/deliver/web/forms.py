"""The forms at the door, in the words of the house."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from django.conf import settings


class SignInForm(LoginForm):  # type: ignore[misc]
    """Asks for a name or a mail address, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, login="Name or mail address", password="Password")  # noqa: S106 - what stands beside the field
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignUpForm(SignupForm):  # type: ignore[misc]
    """Asks for what an account needs: a name, and a mail address where mails are sent, or else a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        optional = " (if you want one)" if settings.EMAIL_HOST else ""
        _name(
            self,
            email="Mail address",
            username="Name",
            password1=f"Password{optional}",
            password2="The same password again",
        )
        self.fields["username"].help_text = "Letters, digits and . - _; it stands beside what you say here."
        if "email" in self.fields:
            self.fields["email"].help_text = "A code is sent there, to see that it is yours; nobody is shown it."
            self.fields["password1"].help_text = "Without one, you sign in by codes that are sent to your address."


def _name(form: Any, **labels: str) -> None:
    """Write these labels beside the fields that are there, and nothing into them."""
    for name, label in labels.items():
        if name in form.fields:
            form.fields[name].label = label
            form.fields[name].widget.attrs.pop("placeholder", None)
