"""What processes that are killed share: everything is imported once, so that each of them starts at once."""

import django

django.setup()

from broadsheet.deliver.mail import carrier, sender  # noqa: E402, F401
