"""The command line: each command calls one verb and shows what it answers, as a table or as JSON.

Exit status: 0 done · 1 it failed, and says why · 2 the command line is wrong · 3 nothing was found · 130 interrupted.
"""

from broadsheet.deliver.cli.evaluating import compare_runs, evaluate
from broadsheet.deliver.cli.library import front_page, import_, paper, remove, search
from broadsheet.deliver.cli.program import main
from broadsheet.deliver.cli.service import doctor, jobs, reindex, up

__all__ = ["main"]

for command in (up, jobs, import_, search, paper, front_page, doctor, reindex, remove, evaluate, compare_runs):
    main.add_command(command)
