"""The commands that ask any Broadsheet, here or elsewhere, by its API: one for each operation, made from the client."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click
import orjson

from broadsheet.client import ApiError, Broadsheet
from broadsheet.deliver.cli.program import FAILED, NOT_FOUND, leave, load_settings
from broadsheet.deliver.cli.showing import print_json

OPERATIONS = {
    name: method
    for name, method in inspect.getmembers(Broadsheet, inspect.isfunction)
    if not name.startswith("_") and name != "every"
}
"""The methods of the client that are operations of the API, by name."""


@click.group()
@click.option("--remote", envvar="BROADSHEET_REMOTE", metavar="URL", help="Where the Broadsheet is.  [default: the one that runs here]")  # fmt: skip  # noqa: E501
@click.option("--token", envvar="BROADSHEET_TOKEN", help="A token of /settings/tokens, for what needs one.")
@click.pass_context
def ask(context: click.Context, remote: str | None, token: str | None) -> None:
    """Ask a Broadsheet by its API, and print its answer as JSON. `/api/v1/docs` there says what each operation does.

    \b
    Examples:
      broadsheet ask trending --limit 5
      broadsheet ask --remote https://papers.example.org search "graph transformers" --after 2024-01-01
      BROADSHEET_TOKEN=bs_… broadsheet ask upvote 2006.08217
    """
    if remote is None:
        settings = load_settings()
        remote = f"http://{settings.HOST}:{settings.PORT}"
    context.obj = Broadsheet(remote, token or "")


def command_of(name: str, method: Callable[..., Any]) -> click.Command:
    """The command that calls this method: an argument for what it needs, an option for what else it takes."""
    parameters = [
        _parameter(each) for each in inspect.signature(method, eval_str=True).parameters.values() if each.name != "self"
    ]

    @click.pass_obj
    def call(house: Broadsheet, /, **given: Any) -> None:
        try:
            _show(getattr(house, name)(**given))
        except ApiError as error:
            leave(str(error), NOT_FOUND if error.status == 404 else FAILED)

    return click.Command(name.replace("_", "-"), callback=call, params=parameters, help=inspect.getdoc(method))


def _parameter(each: inspect.Parameter) -> click.Parameter:
    """An argument for what a method may be given by its place, an option for what it is given by its name."""
    kinds = {word for word in ("str", "int", "bool", "Sequence") if word in str(each.annotation)}
    kind = bool if "bool" in kinds else int if "int" in kinds else str
    if each.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
        if each.default is inspect.Parameter.empty:
            return click.Argument([each.name], type=kind)
        return click.Argument([each.name], type=kind, required=False, default=each.default)
    option = f"--{each.name.replace('_', '-')}"
    if kind is bool:
        return click.Option([f"{option}/--no-{each.name.replace('_', '-')}", each.name], default=each.default)
    return click.Option([option, each.name], type=kind, default=each.default, multiple="Sequence" in kinds)


def _show(answer: Any) -> None:
    """An answer as JSON; the lines of an export as they come, a file as its bytes."""
    if isinstance(answer, Iterator):
        for piece in answer:
            if isinstance(piece, bytes):
                sys.stdout.buffer.write(piece)
            else:
                click.echo(orjson.dumps(piece).decode())
    elif answer is not None:
        print_json(answer)


for _name, _method in OPERATIONS.items():
    ask.add_command(command_of(_name, _method))
