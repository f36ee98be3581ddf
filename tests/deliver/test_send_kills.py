"""Promises that hold when the process that sends is really killed, wherever it is."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_sender_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing_recorded() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.kill_sending", "--times", "12"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Lost: 0. Twice though recorded: 0." in done.stdout
