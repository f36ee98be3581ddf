"""An agent as the official client plays it, over standard input and output or over HTTP, at the real command."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent

T = TypeVar("T")
Talk = Callable[[Client], Awaitable[T]]


def environment(data: Path, **more: str) -> dict[str, str]:
    """What the command needs to work on a data folder of a test's own."""
    keep = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return {**keep, "BROADSHEET_DATA": str(data), "BROADSHEET_EMBEDDER": "hash-256", **more}


def by_streams(data: Path, talk: Talk[T], **settings: str) -> T:
    """What comes of a talk with `broadsheet mcp`, started by the client."""
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "broadsheet", "mcp"], env=environment(data, **settings)
    )

    async def go() -> T:
        async with Client(command) as client:
            return await talk(client)

    return asyncio.run(go())


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[tuple[str, int]]:
    """The address of a running `broadsheet mcp --http`, and its process."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "broadsheet", "mcp", "--http", "--port", "0"],
        env=environment(data, **settings),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/mcp", line)
        assert found, line
        yield found[0], process.pid
    finally:
        process.terminate()
        process.communicate(timeout=30)


def by_http(address: str, talk: Talk[T], *, headers: Mapping[str, str] | None = None, mode: str = "auto") -> T:
    """What comes of a talk with the server at this address."""

    async def go() -> T:
        async with (
            httpx2.AsyncClient(headers=dict(headers or {})) as http,
            Client(streamable_http_client(address, http_client=http), mode=mode) as client,
        ):
            return await talk(client)

    return asyncio.run(go())


def calling(name: str, **arguments: Any) -> Talk[CallToolResult]:
    """A talk of one call."""
    return lambda client: client.call_tool(name, arguments)


def text_of(answer: CallToolResult) -> str:
    """The text of an answer."""
    [content] = answer.content
    assert isinstance(content, TextContent)
    return content.text


def data_of(answer: CallToolResult) -> dict[str, Any]:
    """The data of an answer that is no refusal."""
    assert not answer.is_error, text_of(answer)
    assert isinstance(answer.structured_content, dict)
    return answer.structured_content


def refusal(answer: CallToolResult) -> str:
    """The sentence of an answer that is a refusal."""
    assert answer.is_error, text_of(answer)
    return text_of(answer)
