"""Figures of speed and size, each printed beside its goal. `make bench` runs them all; nothing here is a test."""

import os
from pathlib import Path

DATA = Path(os.environ.get("BROADSHEET_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
"""Real data beside the checkout."""
