"""The index: words and meaning of every paper, derived from the library and searched without it.

`Index` reads, `sync` follows the library's change log, `query` understands a typed line, `embed` makes embeddings.
Knows neither Django nor the library.
"""

from broadsheet.index.embed import Embedder
from broadsheet.index.reader import Index

__all__ = ["Embedder", "Index"]
