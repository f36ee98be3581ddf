"""Measures the personal ranking on simulated readers drawn from real data, beside what others do.

    python -m benchmarks.personal [--tuning] [--transformer FOLDER --cache FOLDER] [--readers 200]

Readers, each with papers that they are known to want, split by time: what they have is a library, what came later is to
be found among all that came later.

submitters  people who put papers forward at the Hugging Face daily papers, six times or more in 580 days (those two who
            put forward hundreds are left out); candidates are the next 5,000 papers of the site
authors     authors of six or more of 60,000 arXiv papers: what they write later stands for what they want to read;
            candidates are the next 5,000 of these papers. Names with papers in more than three archives are left out,
            as they are several people. No method is told any author's name
pairs       two such authors of different archives as one reader
cisi, cranfield   judged collections, without time: half of the relevant papers of a topic, twenty at most, as the
            library, the others to be found in the whole collection

Half of the readers (by a hash of their names; every other topic) were looked at while the method was made: `--tuning`
measures those, and without it the other half is measured, by which nothing was chosen. All methods score the same
readers in one run.

SVM is arxiv-sanity-lite's: TF-IDF of words and pairs of words, LinearSVC with balanced classes, all others as
negatives. The mean with decay is zotero-arxiv-daily's: the mean cosine to the library, its later papers counting more,
1/(1 + log10 rank). `--transformer` gives the mean all-MiniLM-L6-v2 or another sentence transformer to work with.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks import DATA
from benchmarks.material import daily_papers, lines
from broadsheet.index import embed
from broadsheet.index.query import phrases
from broadsheet.rank import phrases as phrasing
from broadsheet.rank.choosing import Evidence, chosen
from broadsheet.rank.personal import Fit, Papers, Taste, usual_in
from broadsheet.text import readable

CANDIDATES, BEFORE = 5000, 3000
HALF_LIFE = 1000.0
LIKED = 0.05
"""The share of the candidates, the first, that counts as recommended where balanced accuracy asks for yes or no."""

Scores = NDArray[np.floating]
Places = NDArray[np.intp]


class Reader(NamedTuple):
    """A simulated reader: places of the library, of the candidates and of what was there before; which are wanted."""

    name: str
    library: Places
    candidates: Places
    before: Places
    wanted: NDArray[np.bool_]
    tuned_on: bool


@dataclass
class Collection:
    """Papers with all that any method wants to know of them."""

    name: str
    ids: list[str]
    texts: list[str]
    authors: list[list[str]] = field(default_factory=list)
    categories: list[list[str]] = field(default_factory=list)
    days: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    submitters: list[str] = field(default_factory=list)
    upvotes: Scores = field(default_factory=lambda: np.zeros(0))
    others: NDArray[np.floating] | None = None
    """Embeddings of a sentence transformer."""

    _phrases: dict[int, phrasing.Phrases] = field(default_factory=dict)

    def prepare(self, embedder: embed.Embedder) -> None:
        """Embed, and count words and categories as the index does."""
        vectors, tokens = embedder.encode(self.texts)
        known: dict[str, int] = {}
        categories = self.categories or [[]] * len(tokens)
        named = [
            [
                known.setdefault(name, len(known) + (1 << 16))
                for name in {*several, *(one.split(".")[0] for one in several)}
            ]
            for several in categories
        ]
        self.days = self.days if len(self.days) else np.zeros(len(tokens), np.int64)
        self.whole = _papers(vectors, tokens, named)
        self.plain = _papers(vectors, tokens, [[]] * len(tokens))
        self.vectors = vectors

    def phrases(self, place: int) -> phrasing.Phrases:
        """Every two words in a row of a paper."""
        if place not in self._phrases:
            self._phrases[place] = phrases(self.texts[place])
        return self._phrases[place]

    def tfidf(self) -> Any:
        """arxiv-sanity-lite's features, without authors."""
        if not hasattr(self, "_tfidf"):
            from sklearn.feature_extraction.text import TfidfVectorizer

            vectorizer = TfidfVectorizer(
                strip_accents="unicode", stop_words="english", token_pattern=r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b",
                ngram_range=(1, 2), max_features=20_000, sublinear_tf=True, max_df=0.5, min_df=5,
            )  # fmt: skip
            self._tfidf = vectorizer.fit_transform(self.texts).astype(np.float32).tocsr()
        return self._tfidf


def _papers(vectors: NDArray[np.floating], tokens: Sequence[NDArray[Any]], named: Sequence[Sequence[int]]) -> Papers:
    both = [np.concatenate([one, np.array(other, np.int64)]) for one, other in zip(tokens, named, strict=True)]
    lengths = np.array([len(each) for each in both], np.int64)
    return Papers(np.arange(len(both)), vectors, np.concatenate(both).astype(np.int64), lengths)


Method = Callable[[Collection, Reader], Scores]


def interests(of: Callable[[Collection], Papers]) -> Method:
    """Our own, by the papers that this gives it."""

    def score(collection: Collection, reader: Reader) -> Scores:
        papers = of(collection)
        candidates = papers.take(reader.candidates)
        taste = Taste(papers.take(reader.library), _faded(collection, reader), usual_in(candidates))
        return _sharpened(collection, taste, taste.fit(candidates), candidates)

    return score


def without_phrases(collection: Collection, reader: Reader) -> Scores:
    """Our own, without words in a row."""
    candidates = collection.whole.take(reader.candidates)
    fit = Taste(collection.whole.take(reader.library), _faded(collection, reader), usual_in(candidates)).fit(candidates)
    scores: Scores = fit.score
    return scores


def _sharpened(collection: Collection, taste: Taste, fit: Fit, candidates: Papers) -> Scores:
    short, heavy = phrasing.shortlist(fit.score), phrasing.heaviest(taste.weights)
    interests = phrasing.among(heavy, [each.members for each in taste.interests])
    said, liked = (
        [collection.phrases(int(place)) for place in several]
        for several in (candidates.keys[short], taste.liked.keys[heavy])
    )
    theirs, places = phrasing.Said(said), np.arange(len(said))
    scores: Scores = fit.score.copy()
    scores[short] += theirs.added(places, theirs.numbers(liked), taste.weights[heavy], interests)
    return scores


def listed(collection: Collection, reader: Reader) -> Scores:
    """Our own, as the page lists them: without what says the same as a paper before it."""
    candidates = collection.whole.take(reader.candidates)
    taste = Taste(collection.whole.take(reader.library), _faded(collection, reader), usual_in(candidates))
    none = np.zeros(len(candidates), np.float32)
    fit = taste.fit(candidates)
    fit = replace(fit, score=_sharpened(collection, taste, fit, candidates))
    evidence = Evidence(candidates, np.arange(len(candidates)), fit, none, none, none, none, none, none)
    scores: Scores = np.full(len(candidates), -1e3) + fit.score * 1e-3
    for rank, each in enumerate(chosen(evidence, 0.0, 150)):
        scores[each.place] = 1000.0 - rank
    return scores


def svm(strictness: float) -> Method:
    """arxiv-sanity-lite's."""

    def score(collection: Collection, reader: Reader) -> Scores:
        from sklearn.svm import LinearSVC

        features = collection.tfidf()
        others = np.unique(np.concatenate([reader.candidates, reader.before]))
        rows = np.concatenate([reader.library, others])
        wanted = np.arange(len(rows)) < len(reader.library)
        model = LinearSVC(class_weight="balanced", C=strictness, max_iter=10_000, tol=1e-6)
        model.fit(features[rows], wanted)
        return np.asarray(model.decision_function(features[reader.candidates]))

    return score


def words_mean(collection: Collection, reader: Reader) -> Scores:
    """The cosine with the mean of the library's TF-IDF vectors."""
    features = collection.tfidf()
    mean = features[reader.library].mean(axis=0)
    return np.asarray(features[reader.candidates] @ mean.T).ravel()


def mean_with_decay(of: Callable[[Collection], NDArray[np.floating]]) -> Method:
    """zotero-arxiv-daily's, on these embeddings."""

    def score(collection: Collection, reader: Reader) -> Scores:
        vectors, days = of(collection), collection.days[reader.library]
        ranks = np.empty(len(days))
        ranks[np.argsort(-days, kind="stable")] = np.arange(1, len(days) + 1)
        weights = 1 / (1 + np.log10(ranks))
        return np.asarray(vectors[reader.candidates] @ vectors[reader.library].T @ (weights / weights.sum()))

    return score


def centroid(collection: Collection, reader: Reader) -> Scores:
    """The cosine with the plain mean of the library's embeddings."""
    return np.asarray(collection.vectors[reader.candidates] @ collection.vectors[reader.library].mean(axis=0))


def popularity(collection: Collection, reader: Reader) -> Scores:
    """The final upvotes, which nobody can know on the day."""
    return collection.upvotes[reader.candidates]


def _faded(collection: Collection, reader: Reader) -> Scores:
    days = collection.days[reader.library]
    faded: Scores = 2.0 ** (-(days.max() - days) / HALF_LIFE)
    return faded


def measures(scores: Scores, wanted: NDArray[np.bool_]) -> list[float]:
    """nDCG@10, nDCG@50, balanced accuracy with the first LIKED taken for wanted, and the area under the curve."""
    order = np.lexsort((np.arange(len(scores)), -scores))
    hits, number = wanted[order], int(wanted.sum())
    discount = 1 / np.log2(np.arange(2, 52))
    ndcg = [float(hits[:k] @ discount[:k] / discount[: min(k, number)].sum()) for k in (10, 50)]
    first = int(LIKED * len(scores))
    found = float(hits[:first].sum()) / number
    refused = 1 - float((~hits[:first]).sum()) / (len(hits) - number)
    places = np.flatnonzero(hits)
    behind = len(hits) - 1 - places - np.arange(number)[::-1]
    return [*ndcg, (found + refused) / 2, float(behind.sum()) / (number * (len(hits) - number))]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tuning", action="store_true", help="measure the readers that the method was made with")
    parser.add_argument("--transformer", metavar="FOLDER", help="a sentence transformer for the mean with decay")
    parser.add_argument("--cache", type=Path, metavar="FOLDER", help="where the transformer's embeddings are kept")
    parser.add_argument("--readers", type=int, default=10**6, help="the most readers of a kind")
    arguments = parser.parse_args()
    embedder = embed.load(embed.DEFAULT)
    for name, collection, readers in _kinds(embedder):
        ours = [each for each in readers if each.tuned_on == arguments.tuning][: arguments.readers]
        if arguments.transformer and name not in {"authors", "pairs"}:
            collection.others = _transformed(collection, arguments.transformer, arguments.cache)
        _print(name, collection, ours)
        if name == "authors":
            _print_random(collection, ours)
            _print_surprise(collection, ours[:100])
    _print_speed(embedder)


def _print(name: str, collection: Collection, readers: Sequence[Reader]) -> None:
    library, wanted = (
        np.mean([each(one) for one in readers]) for each in (lambda one: len(one.library), lambda one: one.wanted.sum())
    )
    print(f"\n{name}: {len(readers)} readers, {library:.1f} papers each, {wanted:.1f} to be found\n")
    print("| method | nDCG@10 | nDCG@50 | balanced accuracy | AUC | nDCG@10 less than ours by (95 %) | ms |")
    print("|---|---|---|---|---|---|---|")
    first: NDArray[np.floating] | None = None
    for label, method in _methods(collection).items():
        started = time.perf_counter()
        table = np.array([measures(method(collection, reader), reader.wanted) for reader in readers])
        took = (time.perf_counter() - started) / len(readers) * 1000
        first = table if first is None else first
        told = " | ".join(f"{value:.3f}" for value in table.mean(axis=0))
        print(
            f"| {label} | {told} | {_apart(first[:, 0] - table[:, 0]) if first is not table else ''} | {took:.0f} |",
            flush=True,
        )


def _methods(collection: Collection) -> dict[str, Method]:
    methods: dict[str, Method] = {"interests: ours": interests(lambda one: one.whole)}
    if collection.categories:
        methods["ours without categories"] = interests(lambda one: one.plain)
    methods |= {
        "ours without phrases": without_phrases,
        "ours as listed, no idea twice": listed,
        "TF-IDF and SVM, C = 0.01": svm(0.01),
        "TF-IDF and SVM, C = 0.1": svm(0.1),
        "mean TF-IDF": words_mean,
        "mean with decay, our embeddings": mean_with_decay(lambda one: one.vectors),
        "centroid, our embeddings": centroid,
    }
    if collection.others is not None:
        methods["mean with decay, all-MiniLM-L6-v2"] = mean_with_decay(_others)
        methods["ours on all-MiniLM-L6-v2"] = interests(
            lambda one: Papers(one.whole.keys, _others(one), one.whole.tokens, one.whole.lengths)
        )
    if len(collection.upvotes):
        methods["final upvotes"] = popularity
    return methods


def _others(collection: Collection) -> NDArray[np.floating]:
    assert collection.others is not None
    return collection.others


def _print_random(collection: Collection, readers: Sequence[Reader]) -> None:
    """The same readers, the same numbers of papers, drawn without regard to time."""
    table = []
    for reader in readers:
        draws = np.random.default_rng(_hash(reader.name))
        every = np.concatenate([reader.library, reader.candidates[reader.wanted]])
        draws.shuffle(every)
        library, wanted = every[: len(reader.library)], every[len(reader.library) :]
        around = np.concatenate([reader.candidates, reader.before, reader.library])
        candidates = np.setdiff1d(draws.permutation(np.setdiff1d(around, every))[: CANDIDATES - len(wanted)], library)
        candidates = np.concatenate([candidates, wanted])
        random_split = Reader(
            reader.name, library, candidates, reader.before, np.isin(candidates, wanted), reader.tuned_on
        )
        scores = interests(lambda one: one.whole)(collection, random_split)
        table.append(measures(scores, random_split.wanted))
    told = " | ".join(f"{value:.3f}" for value in np.mean(table, axis=0))
    print(f"| ours, split at random instead: flattered | {told} | | |")


def _print_surprise(collection: Collection, readers: Sequence[Reader]) -> None:
    """What the slider does to the first twenty, where nothing rises."""
    print("\n| surprise | nDCG@10 | likeness to the nearest paper of the reader's | likeness among the twenty |")
    print("|---|---|---|---|")
    for surprise in (0.0, 0.2, 0.5, 0.8, 1.0):
        table = []
        for reader in readers:
            candidates = collection.whole.take(reader.candidates)
            taste = Taste(collection.whole.take(reader.library), _faded(collection, reader), usual_in(candidates))
            fit = taste.fit(candidates)
            none = np.zeros(len(candidates), np.float32)
            fit = replace(fit, score=_sharpened(collection, taste, fit, candidates))
            evidence = Evidence(candidates, np.arange(len(candidates)), fit, none, none, none, none, none, none)
            first = np.array([each.place for each in chosen(evidence, surprise, 20)])
            scores = np.zeros(len(candidates))
            scores[first] = np.arange(len(first), 0, -1)
            units = candidates.vectors[first]
            among = float((units @ units.T)[np.triu_indices(len(first), 1)].mean())
            near = float(taste.nearest(candidates.vectors[first])[1].mean())
            table.append([measures(scores, reader.wanted)[0], near, among])
        told = " | ".join(f"{value:.3f}" for value in np.mean(table, axis=0))
        print(f"| {surprise:.1f} | {told} |", flush=True)


def _apart(differences: Scores) -> str:
    """The mean and its bootstrap interval."""
    draws = np.random.default_rng(0).integers(0, len(differences), (2000, len(differences)))
    low, high = np.percentile(differences[draws].mean(axis=1), [2.5, 97.5])
    return f"{differences.mean():.3f} ({low:.3f} to {high:.3f})"


def _print_speed(embedder: embed.Embedder) -> None:
    collection = _arxiv()
    collection.prepare(embedder)
    draws = np.random.default_rng(0)
    candidates = collection.whole.take(np.sort(draws.permutation(len(collection.ids))[:CANDIDATES]))
    before = time.thread_time()
    field, _ = usual_in(candidates), candidates.postings
    once = 1000 * (time.thread_time() - before)
    print(f"\n{CANDIDATES:,} candidates, 200 times each; what is asked of them for all readers, once: {once:.1f} ms\n")
    print("| papers of the reader | interests | median ms | p95 ms | of the processor, median |\n|---|---|---|---|---|")
    for size in (3, 30, 300, 1000):
        liked = collection.whole.take(np.sort(draws.permutation(len(collection.ids))[:size]))
        walls, threads = [], []
        for _ in range(200):
            wall, thread = time.perf_counter(), time.thread_time()
            taste = Taste(liked, np.ones(size), field)
            taste.fit(candidates)
            walls.append(time.perf_counter() - wall)
            threads.append(time.thread_time() - thread)
        told = (np.median(walls), np.percentile(walls, 95), np.median(threads))
        print(
            f"| {size} | {len(taste.interests)} | {' | '.join(f'{1000 * float(each):.1f}' for each in told)} |",
            flush=True,
        )


def _kinds(embedder: embed.Embedder) -> Iterable[tuple[str, Collection, list[Reader]]]:
    daily = _daily()
    daily.prepare(embedder)
    yield "submitters", daily, _later(daily, _of(daily, ([one] for one in daily.submitters)), 300)
    arxiv = _arxiv()
    arxiv.prepare(embedder)
    theirs = _of(arxiv, (several if len(several) <= 15 else [] for several in arxiv.authors))
    whole = {name: places for name, places in theirs.items() if _one_person(arxiv, name, places)}
    readers = _later(arxiv, whole, 10**6)
    yield "authors", arxiv, readers
    yield "pairs", arxiv, _pairs(arxiv, readers)
    for name in ("cisi", "cranfield"):
        judged = _judged(name)
        judged.prepare(embedder)
        yield name, judged, _topics(judged)


def _of(collection: Collection, named: Iterable[Sequence[str]]) -> dict[str, list[int]]:
    """The places of each name's papers, oldest first."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, names in enumerate(named):
        for name in filter(None, set(names)):
            found[name].append(place)
    return {name: sorted(places, key=lambda place: int(collection.days[place])) for name, places in found.items()}


def _one_person(collection: Collection, name: str, places: Sequence[int]) -> bool:
    """Whether a name has a first name in full, and papers in few archives."""
    words = name.replace(".", " ").split()
    archives = {collection.categories[place][0].split(".")[0] for place in places}
    return len(words) > 1 and len(words[0]) > 2 and len(archives) <= 3


def _later(collection: Collection, theirs: dict[str, list[int]], most: int) -> list[Reader]:
    """Readers with six papers or more: the first three fifths are the library."""
    order = np.argsort(collection.days, kind="stable")
    days = collection.days[order]
    readers = []
    for name, places in sorted(theirs.items()):
        if not 6 <= len(places) <= most:
            continue
        mine = np.array(places)
        last = collection.days[mine[max(3, int(len(mine) * 0.6)) - 1]]
        split = int(np.searchsorted(days, last, side="right"))
        library, candidates = mine[collection.days[mine] <= last], order[split : split + CANDIDATES]
        before = order[max(split - BEFORE, 0) : split]
        wanted = np.isin(candidates, mine)
        if wanted.any() and len(candidates) >= 1000:
            before = before[~np.isin(before, library)]
            readers.append(Reader(name, library, candidates, before, wanted, _hash(name) % 2 == 0))
    random.Random(0).shuffle(readers)
    return readers


def _pairs(collection: Collection, readers: Sequence[Reader]) -> list[Reader]:
    """Readers made of two of different archives whose libraries end at about the same time."""
    sorted_readers = sorted(readers, key=lambda each: (int(collection.days[each.library].max()), each.name))
    archive = [collection.categories[each.library[0]][0].split(".")[0] for each in sorted_readers]
    used: set[int] = set()
    found = []
    for place, one in enumerate(sorted_readers):
        for near in range(place + 1, min(place + 40, len(sorted_readers))):
            other = sorted_readers[near]
            theirs = one.candidates[one.wanted]
            same_half = one.tuned_on == other.tuned_on
            if {place, near} & used or archive[place] == archive[near] or not same_half:
                continue
            if np.isin(other.candidates, theirs).any():
                library = np.concatenate([one.library, other.library])
                wanted = np.isin(other.candidates, np.concatenate([theirs, other.candidates[other.wanted]]))
                before = other.before[~np.isin(other.before, library)]
                found.append(Reader(one.name, library, other.candidates, before, wanted, one.tuned_on))
                used |= {place, near}
    return found


def _topics(collection: Collection) -> list[Reader]:
    """The topics of a judged collection with eight relevant papers or more."""
    place_of = {name: place for place, name in enumerate(collection.ids)}
    relevant: dict[str, set[int]] = defaultdict(set)
    for line in (DATA / "beir" / collection.name / "qrels" / "test.tsv").read_text("utf-8").splitlines()[1:]:
        topic, name, grade = line.split("\t")
        if float(grade) > 0 and name in place_of:
            relevant[topic].add(place_of[name])
    readers: list[Reader] = []
    for topic, places in sorted(relevant.items()):
        if len(places) >= 8:
            mine = np.random.default_rng(_hash(topic)).permutation(sorted(places))
            library = mine[: max(3, min(len(mine) // 2, 20))]
            candidates = np.setdiff1d(np.arange(len(collection.ids)), library)
            wanted = np.isin(candidates, mine)
            readers.append(Reader(topic, library, candidates, candidates, wanted, len(readers) % 2 == 0))
    return readers


def _hash(name: str) -> int:
    return hashlib.sha1(name.encode()).digest()[0]


def _daily() -> Collection:
    papers: dict[str, tuple[str, str, int, float]] = {}
    for day, each in daily_papers():
        entry = ast.literal_eval(each) if isinstance(each, str) else each
        paper = entry.get("paper") or {}
        who = paper.get("submittedOnDailyBy") or entry.get("submittedBy") or {}
        text = f"{paper.get('title') or entry.get('title')} {paper.get('summary') or entry.get('summary')}"
        by = str(who.get("name") or who.get("user") or who.get("fullname") or "")
        if paper.get("id"):
            papers.setdefault(paper["id"], (readable(text), by, day.toordinal(), float(paper.get("upvotes") or 0)))
    texts, submitters, days, upvotes = map(list, zip(*papers.values(), strict=True))
    return Collection(
        "daily", list(papers), texts, submitters=submitters, days=np.array(days), upvotes=np.array(upvotes)
    )


def _arxiv() -> Collection:
    rows = list(lines(DATA / "papers-60k.jsonl.zst"))
    return Collection(
        "arxiv", [row["id"] for row in rows], [readable(f"{row['title']} {row['abstract']}") for row in rows],
        authors=[row["authors"] for row in rows], categories=[row["categories"] for row in rows],
        days=np.array([date.fromisoformat(row["published"]).toordinal() for row in rows]),
    )  # fmt: skip


def _judged(name: str) -> Collection:
    lines = (DATA / "beir" / name / "corpus.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return Collection(name, [row["_id"] for row in rows], [f"{row.get('title') or ''} {row['text']}" for row in rows])


def _transformed(collection: Collection, folder: str, cache: Path | None) -> NDArray[np.floating]:
    """The transformer's embeddings, twenty a second; kept for the next run."""
    path = cache / f"{collection.name}.npy" if cache else None
    if path and path.exists():
        return np.asarray(np.load(path))
    vectors = embed.load(f"transformer:{folder}").embed(collection.texts)
    if path:
        np.save(path, vectors)
    return vectors


if __name__ == "__main__":
    main()
