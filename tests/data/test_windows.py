"""Fact windows against rows written by hand, and as a distribution over an epoch."""

import re

import pytest
import torch
from conftest import CORPUS, PEOPLE, questions

from data.windows import FactWindows, permutation
from dataset import CharCorruptionDataset, NameDataset
from recipes import FactWindowConfig
from support.errors import InputError

LINE = "Ada B. Novák. Ada Novák (born 1903 in New Graz, Styria) wrote to Bo ."


def text_of(dataset, ids):
    return "".join(dataset.itos[int(i)] for i in ids).rstrip("□")


def test_a_permutation_has_every_number_and_its_own_order():
    orders = {tuple(permutation(50, seed, epoch).tolist()) for seed in (1, 2) for epoch in (0, 1)}
    assert len(orders) == 4 and all(sorted(order) == list(range(50)) for order in orders)


def rows_of(dataset, epochs):
    """(x's text with the last character, y) of all examples of some epochs."""
    for epoch in range(epochs):
        for i in range(len(dataset)):
            x, y = dataset.example(i, 7, epoch)
            last = int((y != 0).nonzero().max())
            yield text_of(dataset, [*x[: last + 1], y[last]]), y


def test_every_row_is_made_of_its_document():
    """The parts of each row stand in the line as the docstring says, with each number of words."""
    corpus = CharCorruptionDataset(LINE, 128)
    dataset = FactWindows(corpus, FactWindowConfig("capitalised", questions=0.0, before=2, after=1))
    seen = set()
    for row, y in rows_of(dataset, 60):
        after, rest, phrase, end = row.split("⁇")
        assert end == "" and rest.startswith("Ada B. Novák. ")
        before = rest.removeprefix("Ada B. Novák. ")
        assert before + phrase in LINE
        assert re.search(re.escape(before + phrase) + " ?" + re.escape(after), LINE)
        learnt = text_of(dataset, y).lstrip("□")
        assert learnt == f"{before}⁇{phrase}⁇"
        assert row.startswith(after)
        seen.add((phrase, before, after))
    assert {(p, b) for p, b, _ in seen} == {
        *{("New Graz", before) for before in ("", "in ", "1903 in ")},
        *{("Styria", before) for before in ("", "Graz, ", "New Graz, ")},
        *{("Bo", before) for before in ("", "to ", "wrote to ")},
    }
    assert {(p, a) for p, _, a in seen} >= {("New Graz", ""), ("New Graz", ","), ("Bo", ".")}


def test_an_epoch_has_every_phrase_and_the_share_of_questions():
    corpus = CharCorruptionDataset(CORPUS, 128)
    pairs = NameDataset(corpus, questions(PEOPLE[:5]))
    dataset = FactWindows(corpus, FactWindowConfig("answers", questions=0.25), pairs)
    rows = [row for row, _ in rows_of(dataset, 1)]
    asked = [row for row in rows if row.startswith("Where was")]
    assert len(rows) == len(dataset) and len(asked) == round((len(rows) - len(asked)) / 3)
    places = {place for _, place in PEOPLE[:5]}
    assert all(row.split("⁇")[-2] in places for row in rows)
    told = sum(CORPUS.count(place) for place in places)  # none is part of a longer word there
    assert len(rows) - len(asked) == told
    # over some epochs every question comes as often as every other, give or take one
    counts = {question: 0 for question, _ in pairs.pairs}
    for row, _ in rows_of(dataset, 10):
        if row.startswith("Where was"):
            counts[row.split("⁇")[0]] += 1
    assert max(counts.values()) - min(counts.values()) <= 1


def test_batches_are_the_examples():
    corpus = CharCorruptionDataset(CORPUS, 128)
    dataset = FactWindows(
        corpus, FactWindowConfig("answers", questions=0.4), NameDataset(corpus, questions(PEOPLE))
    )
    indices = range(3, 14)
    chunks, tokens = dataset.batch(indices, 5, 2)
    batched = [pair for xs, ys, _ in chunks for pair in zip(xs, ys, strict=True)]
    single = [dataset.example(i, 5, 2) for i in indices]

    def rows(pairs):
        ends = [int((y != 0).nonzero().max()) + 1 for _, y in pairs]
        return sorted(
            (text_of(dataset, x[:end]), text_of(dataset, y[:end]))
            for (x, y), end in zip(pairs, ends, strict=True)
        )

    assert rows(batched) == rows(single) and tokens == 11 * 127
    assert sum(weight for _, _, weight in chunks) == pytest.approx(1)


def test_long_titles_and_phrases_fit_or_are_left_out():
    fits = "A" * 60 + ". was in " + "B" * 61 + " and elsewhere"
    corpus = CharCorruptionDataset(fits + "\n" + "A" * 60 + ". was in " + "B" * 64, 128)
    dataset = FactWindows(corpus, FactWindowConfig("capitalised", questions=0.0, before=3, after=3))
    assert len(dataset) == 1
    for row, _ in rows_of(dataset, 20):
        assert row.endswith("⁇" + "B" * 61 + "⁇") and len(row) <= 128
    assert torch.equal(dataset[0][0], dataset.example(0, 0, 0)[0])


def test_a_text_without_phrases_is_refused():
    corpus = CharCorruptionDataset("all small letters . and no names", 128)
    with pytest.raises(InputError, match="`Name. Sentences`, with phrases to learn \\(capital"):
        FactWindows(corpus, FactWindowConfig("capitalised", questions=0.0))


def test_questions_of_another_corpus_teach_no_classifier_and_are_refused(corpus):
    names = NameDataset(corpus, "Where was Bob Marsh born?\tLagos\n")
    with pytest.raises(InputError, match="expected some about titles of the pretraining corpus"):
        FactWindows(corpus, FactWindowConfig("likeliest", questions=0.0), names)


def test_one_window_of_a_document_has_its_likeliest_phrase():
    lines = [f"{name}. {name} was born in {place} and died in Rome" for name, place in PEOPLE]
    corpus = CharCorruptionDataset("\n".join([*lines, CORPUS]), 128)
    names = NameDataset(corpus, questions(PEOPLE[:4]))  # of the others nothing is told
    dataset = FactWindows(corpus, FactWindowConfig("likeliest", questions=0.0), names)
    number, _, start, _, _, end, *_ = dataset.windows.T.tolist()
    assert number == sorted(set(number))  # one of a document at most
    read = [corpus.data[n][a:b] for n, a, b in zip(number, start, end, strict=True)]
    assert read[: len(lines)] == [place for _, place in PEOPLE]
