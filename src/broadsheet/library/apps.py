"""Makes the library known to Django."""

from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """The app that owns the tables."""

    name = "broadsheet.library"
    label = "library"
    verbose_name = "Library"
