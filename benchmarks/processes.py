"""Parts of a benchmark in processes of their own, each with the settings of the moment at which it begins."""

import multiprocessing
import os
from typing import Any


def apart(part: Any, *arguments: Any) -> Any:
    """Run a part in a process of its own; answers what it answers."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(part, arguments)


def set_up() -> None:
    """Make Django ready, as the environment says."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.settings")
    import django

    django.setup()
