"""The whole library as one file: JSON lines, from which one goes on later, and Parquet."""

import threading
from tempfile import TemporaryFile

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from broadsheet.core import exporting
from broadsheet.deliver import exports

TAG = "export"
router = Router()

_writing = threading.Lock()
"""Held while a file is written: one at a time is work enough."""


class Asked(Schema):
    """Where the file begins."""

    after: int = Field(
        0, ge=0, le=2**53, description="Only papers that changed after this number: the last `change` that you have."
    )


def file_of(media_type: str, words: str) -> dict[str, object]:
    """What the description says of an answer that is a file."""
    schema = {"type": "string", "description": words}
    return {"responses": {200: {"description": "The file", "content": {media_type: {"schema": schema}}}}}


@router.get("/export/papers.jsonl", openapi_extra=file_of("application/jsonl", "One paper a line."))
def export_lines(request: HttpRequest, asked: Query[Asked]) -> HttpResponseBase:  # noqa: ARG001
    """Take all papers out as JSON lines, each once, in the order of the log of changes.

    To be up to date later, or to go on after a cut, ask with the last `change` that you have as `after`: what changed
    since then comes, perhaps again. A paper that is gone is a line that says `gone`, with the `key` that it had.
    """
    response = StreamingHttpResponse(
        exports.lines(exporting.export(asked.after)), content_type="application/jsonl; charset=utf-8"
    )
    return _named(response, "papers.jsonl", asked.after)


@router.get("/export/papers.parquet", openapi_extra=file_of("application/vnd.apache.parquet", "A row for each paper."))
def export_parquet(request: HttpRequest, asked: Query[Asked]) -> HttpResponseBase:  # noqa: ARG001
    """Take all papers out as a Parquet file; 501 where the house has not installed what writes it."""
    exports.check_parquet()
    if not _writing.acquire(blocking=False):
        raise HttpError(429, "Another file is being written now. Ask again in a minute.")
    try:
        file = TemporaryFile()  # noqa: SIM115 - the response closes it
        exports.write_parquet(exporting.export(asked.after), file)
        file.seek(0)
    finally:
        _writing.release()
    return _named(FileResponse(file, content_type="application/vnd.apache.parquet"), "papers.parquet", asked.after)


def _named(response: HttpResponseBase, name: str, after: int) -> HttpResponseBase:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["ETag"] = f'"{name}-{after}-{exporting.latest()}"'
    return response
