"""The verb `warn`: tell the administrators by mail of sources that have failed for a day, once each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from broadsheet.incoming import SourceState
from broadsheet.library import sources

LONG = timedelta(days=1)
_WHAT_TO_DO = (
    "Nothing is lost: when a source answers again, it is read on from where it stopped.\n"
    "To see for yourself:  broadsheet sources try NAME --dry-run\n"
    "To leave it alone:    broadsheet sources pause NAME"
)


def warn(send: Callable[[str, str], None], *, now: datetime) -> int:
    """Send one mail, as subject and text, about all sources that have failed for a day and that nobody was told of.

    Answers how many those were. They are marked when `send` has returned, so a mail that could not be sent is tried
    again. A source that has recovered and fails for another day is told anew.
    """
    failing = sources.failing_untold(now - LONG)
    if failing:
        send(_subject(failing), _text(failing))
        sources.tell([source.name for source in failing], now)
    return len(failing)


def _subject(failing: list[SourceState]) -> str:
    return f"{failing[0].name} brings no papers" if len(failing) == 1 else f"{len(failing)} sources bring no papers"


def _text(failing: list[SourceState]) -> str:
    return "\n\n".join(
        [
            *(
                f"{source.name} ({source.kind} {' '.join(source.words)}) has failed since "
                f"{source.failing_since:%A, %d %B %Y at %H:%M} UTC, {source.failures} times.\n"
                f"The last time because: {source.error}\n"
                f"It is tried again on {source.next_at:%d %B at %H:%M} UTC."
                for source in failing
            ),
            _WHAT_TO_DO,
        ]
    )
