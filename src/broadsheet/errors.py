"""One tree of errors. Each is a sentence: what failed, which one, what to do. No HTTP codes here."""

from __future__ import annotations

from datetime import datetime


class BroadsheetError(Exception):
    """Anything Broadsheet itself reports; its text is fit to show to a person."""


class SettingError(BroadsheetError):
    """A setting has a value that cannot be used."""


class MissingExtraError(BroadsheetError):
    """Something asked for needs packages that only an extra brings."""

    def __init__(self, extra: str, what: str) -> None:
        super().__init__(f"{what} needs the extra {extra!r}: pip install 'broadsheet[{extra}]'")


class BadFileError(BroadsheetError):
    """A file cannot be imported. Nothing of it was stored.

    `place` says where in words a person can follow: `line 12`, `record 3 (line 40)`, `byte 1024`.
    """

    def __init__(self, file: str, reason: str, *, place: str = "", remedy: str = "") -> None:
        self.file, self.reason, self.place, self.remedy = file, reason, place, remedy
        where = f"{file}, {place}" if place else file
        super().__init__(f"{where}: {reason}." + (f" {remedy}." if remedy else ""))


class PaperNotFoundError(BroadsheetError):
    """No paper of the library has this id."""

    def __init__(self, paper_id: str) -> None:
        self.paper_id = paper_id
        super().__init__(f"No paper in the library has the id {paper_id!r}.")


class CommentNotFoundError(BroadsheetError):
    """No comment has this number, or it is gone."""

    def __init__(self, key: int) -> None:
        self.key = key
        super().__init__(f"There is no comment {key}. Its author may have taken it back.")


class NotAllowedError(BroadsheetError):
    """The account may not do this; the text says what, and who may."""


class ComposingError(BroadsheetError):
    """Not all digests that were due are composed, for a process that was to do it came to an end."""


class IndexMissingError(BroadsheetError):
    """There is no index to search yet: it was never built, or its folder is gone. It is rebuilt from the library."""

    def __init__(self) -> None:
        super().__init__("The search index is not built yet. Run `broadsheet reindex`, or leave it to `broadsheet up`.")


class IndexBusyError(BroadsheetError):
    """Another process is writing the index; what it writes includes what this one wanted to."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        super().__init__(f"Another process is writing the index in {folder}. Wait for it, or stop it.")


class EmbedderError(BroadsheetError):
    """The embedder of this name cannot be loaded."""


class SourceError(BroadsheetError):
    """A source is not known, or was asked for something that it does not have."""


class FetchError(BroadsheetError):
    """A request did not bring what was asked for, after all tries that make sense.

    `url` is what was asked, without secrets; `status` the HTTP status, if there was an answer; `retry_at` the moment
    before which the host asked not to be asked again.
    """

    def __init__(
        self, url: str, reason: str, *, remedy: str = "", status: int | None = None, retry_at: datetime | None = None
    ) -> None:
        self.url, self.reason, self.status, self.retry_at = url, reason, status, retry_at
        super().__init__(f"{url}: {reason}." + (f" {remedy}." if remedy else ""))


class AddressRefusedError(FetchError):
    """The address is not one that Broadsheet fetches from: not http(s), or inside a private network."""


class UnreadableError(FetchError):
    """An answer came, but is not of the shape that its source has: cut, malformed, or of a new kind."""


class StoppedError(BroadsheetError):
    """The work was told to stop before it was done; what was stored is kept."""
