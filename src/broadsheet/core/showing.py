"""The verb `work_out`: what papers look like that were written before that was kept, or since it is made otherwise."""

from __future__ import annotations

import threading

from django.db import transaction

from broadsheet import tex
from broadsheet.library import changes, gains, papers, shown, writing

AT_ONCE = 500


def work_out(stop: threading.Event) -> int:
    """Keep the readable title and abstract of every paper where it is not kept; answers of how many that was.

    Goes on behind what it had finished when it was stopped, or killed. It is no change of a paper: no log tells of it.
    """
    done = 0
    while not stop.is_set():
        after, version = gains.position(gains.SHOWN)
        seen = papers.kept_for_showing(after if version == str(tex.VERSION) else 0, AT_ONCE)
        if not seen:
            break
        fresh = [
            (key, of, shown.made(title, abstract))
            for key, title, abstract, of in seen
            if of != shown.sum_of(title, abstract)
        ]
        with transaction.atomic():
            changes.serialise_writers()
            writing.put_shown(fresh)
            gains.move(gains.SHOWN, seen[-1][0], str(tex.VERSION))
        done += len(fresh)
    return done
