"""`python -m broadsheet` is the same command as `broadsheet`."""

from broadsheet.deliver.cli import main

main()
