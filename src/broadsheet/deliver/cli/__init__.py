"""The command line: each command calls one verb and shows what it answers, as a table or as JSON.

Exit status: 0 done · 1 it failed, and says why · 2 the command line is wrong · 3 nothing was found · 130 interrupted.
"""

from broadsheet.deliver.cli.accounts import account, accounts, invite
from broadsheet.deliver.cli.agents import mcp
from broadsheet.deliver.cli.asking import ask
from broadsheet.deliver.cli.collecting import collection, collections
from broadsheet.deliver.cli.comparing import interleaving
from broadsheet.deliver.cli.digests import digest, subscriptions_
from broadsheet.deliver.cli.evaluating import compare_runs, evaluate
from broadsheet.deliver.cli.exporting import export
from broadsheet.deliver.cli.hooks import hooks
from broadsheet.deliver.cli.library import fetch, front_page, import_, paper, remove, search
from broadsheet.deliver.cli.merging import join, merges, split
from broadsheet.deliver.cli.program import main
from broadsheet.deliver.cli.ranking import trending
from broadsheet.deliver.cli.service import compose, dkim, doctor, generation, jobs, reindex, up
from broadsheet.deliver.cli.sources import completeness, sources

__all__ = ["main"]

for command in (
    up, jobs, sources, fetch, import_, search, paper, front_page, trending, collections, collection, completeness,
    doctor, dkim, reindex, export, remove, merges, split, join, account, accounts, invite, digest, subscriptions_,
    evaluate, compare_runs, interleaving, ask, mcp, hooks, generation, compose,
):  # fmt: skip
    main.add_command(command)
