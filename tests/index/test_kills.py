"""Promises of indexing under kill -9: a few of the kills of which `python -m benchmarks.kill_nine` does 200."""

from pathlib import Path

import pytest
from fakes import FakeLibrary, a_document

from benchmarks.kill_nine import Moment, Phase, Trial
from broadsheet.index import embed, generations, sync

EMBEDDER = embed.load("hash-256")
MOMENTS = (
    Moment(Phase.BUILDING, visit=1, share=0.5),  # there has been no index yet
    Moment(Phase.COMMITTING_WORDS, visit=2, share=0.5),
    Moment(Phase.BETWEEN_COMMITS, visit=2, share=0.3),
    Moment(Phase.SWAPPING, visit=1, share=0.5),
    Moment(Phase.SWEEPING, visit=2, share=0.3),
    Moment(None, visit=1, share=0.7),
)


def test_an_index_killed_at_any_moment_opens_with_what_was_finished_then_catches_up_and_equals_a_rebuild(
    tmp_path: Path,
) -> None:
    trial = Trial(tmp_path, papers=300, seed=0)
    trial.rehearse()
    for moment in MOMENTS:
        trial.kill(moment)
        trial.check()
    trial.settle(until_built=False)
    trial.settle(until_built=True)
    assert sum(trial.landed.values()) == len(MOMENTS)
    assert trial.compared == 2
    assert trial.compared_exactly >= 1


@pytest.mark.parametrize("behind", [True, False])
def test_what_a_killed_build_left_is_gone_after_catching_up(tmp_path: Path, behind: bool) -> None:
    library = FakeLibrary.of(*map(a_document, range(1, 31)))
    sync.catch_up(tmp_path, EMBEDDER, library)
    generations.begin(tmp_path)
    generations.report_building(tmp_path, 10, 30)
    if behind:
        library.put(a_document(31))
    sync.catch_up(tmp_path, EMBEDDER, library)
    assert {path.name for path in tmp_path.iterdir()} == {"current", "lock", generations.current(tmp_path).name}
