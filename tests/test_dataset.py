"""Files, encoder and both datasets: as specification, as distribution, and at the edges."""

import collections
import io
import itertools
import random
import unicodedata
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from conftest import CORPUS, PEOPLE, questions

import dataset
import textbook
import utils
from data import examples, text
from data.examples import mean_tokens
from dataset import CharCorruptionDataset, NameDataset
from support import files
from support.errors import InputError

DOCUMENT = "".join(chr(0x4E00 + i) for i in range(160))  # every character tells its position


def text_of(ids, itos):
    return "".join(itos[int(i)] for i in ids)


def split_row(x, y, itos):
    """(prefix, suffix, content) of an example, after checking its form."""
    assert len(x) == len(y) == 127 and x.dtype == y.dtype == torch.int64
    assert torch.equal(x[1:], y[:-1])
    row = text_of(x, itos) + itos[int(y[-1])]
    prefix, suffix, content = row.rstrip("□").split("⁇")
    return prefix, suffix, content


# ------------------------------------------------------------------------------------- vocabulary


def test_vocabulary_is_pad_mask_then_sorted_characters(corpus):
    stoi, itos = textbook.vocabulary(CORPUS)
    assert (corpus.stoi["□"], corpus.stoi["⁇"], corpus.itos[0], corpus.itos[1]) == (0, 1, "□", "⁇")
    assert [corpus.itos[i] for i in range(corpus.vocab_size)] == ["□", "⁇", *sorted(set(CORPUS))]
    assert corpus.stoi == dict(stoi) and corpus.vocab_size == len(set(CORPUS)) + 2
    assert corpus.PAD_CHAR == "□" and corpus.MASK_CHAR == "⁇" and corpus.block_size == 128
    assert str(corpus) == f"data has {len(CORPUS)} characters, {len(set(CORPUS)) + 2} unique."


def test_documents_are_lines_and_the_last_empty_one_counts(corpus):
    assert corpus.data == CORPUS.split("\n") and len(corpus) == len(PEOPLE) + 1
    assert corpus.data[-1] == ""
    assert len(CharCorruptionDataset("ab\ncd", 128)) == 2


def test_large_vocabularies_fit():
    data = "".join(chr(0x4E00 + i) for i in range(3000))
    big = CharCorruptionDataset(data, 128)
    assert big.vocab_size == 3002
    assert split_row(*big.example(0, 1, 1), big.itos)[0] in data


@pytest.mark.parametrize("char", "□⁇")
def test_reserved_characters_in_the_corpus_are_refused(char):
    with pytest.raises(InputError, match=f"line 2: expected .* got '{char}'"):
        CharCorruptionDataset(f"fine\nnot{char}fine\n", 128)


# --------------------------------------------------------------------------------- span corruption


def test_corruption_can_be_undone_and_has_the_specified_distribution():
    data = CharCorruptionDataset(DOCUMENT, 128)
    random.seed(3)
    lengths, shares, draws = collections.Counter(), [], 4000
    for _ in range(draws):
        prefix, suffix, content = split_row(*data[0], data.itos)
        whole = prefix + content + suffix
        assert DOCUMENT.startswith(whole) and content
        lengths[len(whole)] += 1
        shares.append(len(content) - len(whole) / 4)
    assert set(lengths) == set(range(4, 113))
    expected = draws / 109
    chi_squared = sum((lengths[n] - expected) ** 2 / expected for n in range(4, 113))
    assert chi_squared < 160  # 108 degrees of freedom: exceeded once in a thousand
    assert abs(np.mean(shares)) < 0.5 + 4 * np.std(shares) / np.sqrt(draws)


@pytest.mark.parametrize("way", ["indexing", "example"])
def test_content_lengths_and_starts_are_uniform(way):
    data = CharCorruptionDataset(DOCUMENT[:8], 128)
    seen = collections.Counter()
    random.seed(2)
    for epoch in range(4000):
        row = data[0] if way == "indexing" else data.example(0, 8, epoch)
        prefix, suffix, content = split_row(*row, data.itos)
        if len(prefix + suffix + content) == 8:
            seen[len(content), len(prefix)] += 1
    cases = {(c, s): 1 / 4 / (9 - c) for c in range(1, 5) for s in range(9 - c)}
    assert set(seen) == set(cases)  # every length 1 … n/2, every start possible
    total = sum(seen.values())
    chi_squared = sum((seen[k] - total * p) ** 2 / (total * p) for k, p in cases.items())
    assert chi_squared < 52  # 25 degrees of freedom: exceeded once in a thousand


@pytest.mark.parametrize("document", ["", "a", "ab", "abc", "abcd"])
def test_short_documents(document):
    data = CharCorruptionDataset(document + "\nxyz", 128)
    random.seed(0)
    for i in range(50):
        for x, y in (data[0], data.example(0, 1, i)):
            prefix, suffix, content = split_row(x, y, data.itos)
            assert prefix + content + suffix == document
            assert len(content) >= min(1, len(document))


def test_rows_equal_the_textbooks_for_the_same_draws():
    data = CharCorruptionDataset(CORPUS, 128)
    for i in range(len(data)):
        for epoch in range(20):
            x, y = data.example(i, 4, epoch)
            prefix, suffix, content = split_row(x, y, data.itos)
            n = len(prefix + suffix + content)
            want = textbook.corrupt(data.data[i], 128, n, len(content), len(prefix), data.stoi)
            assert torch.equal(x, want[0]) and torch.equal(y, want[1])


def test_indexing_draws_anew_from_random_and_example_never_changes(corpus):
    random.seed(1)
    first = [corpus[0][0].tolist() for _ in range(5)]
    random.seed(1)
    assert first == [corpus[0][0].tolist() for _ in range(5)]
    assert len(set(map(tuple, first))) > 1
    random.seed(9)
    before = corpus.example(2, 7, 11)[0]
    random.seed(10)
    assert torch.equal(before, corpus.example(2, 7, 11)[0])
    others = [corpus.example(*key)[0].tolist() for key in ((2, 8, 11), (2, 7, 12), (3, 7, 11))]
    assert before.tolist() not in others


def test_draw_is_the_same_in_python_numpy_and_torch():
    index = range(-3, 5000)
    plain = [examples.draw(1000 + i % 7, 224, 649, i, 2) for i in index]
    n = 1000 + np.array([i % 7 for i in index])
    assert plain == examples.draw(n, 224, 649, np.array(index), 2).tolist()
    assert plain == examples.draw(torch.tensor(n), 224, 649, torch.tensor(index), 2).tolist()
    assert all(0 <= number < 1000 + i % 7 for i, number in zip(index, plain, strict=True))


@pytest.mark.parametrize("position", range(4))
def test_draw_is_uniform_in_each_part_of_its_key(position):
    key = [5, 6, 7, 1]
    counts = collections.Counter()
    for number in range(20000):
        key[position] = number
        counts[examples.draw(100, *key)] += 1
    chi_squared = sum((counts[n] - 200) ** 2 / 200 for n in range(100))
    assert 50 < chi_squared < 149  # 99 degrees of freedom: both sides once in a thousand


def test_small_blocks_hold_their_rows():
    data = CharCorruptionDataset("a line of text to be cut\n", 8)
    for epoch in range(60):
        row = text_of(data.example(0, 1, epoch)[0], data.itos)
        assert len(row) == 7 and row.count("⁇") == 2


# --------------------------------------------------------------------------------------- questions


def test_name_examples_are_the_specified_strings(corpus):
    names = NameDataset(corpus, questions(PEOPLE[:3]))
    x, y = names[1]
    question = "Where was Bo Lind born?"
    assert text_of(x, names.itos) == f"{question}⁇Oslo⁇".ljust(127, "□")
    assert text_of(y, names.itos) == ("□" * (len(question) - 1) + "⁇Oslo⁇").ljust(127, "□")
    for i, (name, place) in enumerate(PEOPLE[:3]):
        want = textbook.name_example(f"Where was {name} born?", place, 128, corpus.stoi)
        assert all(map(torch.equal, names[i], want))
        assert all(map(torch.equal, names[i], names.example(i, 3, 5)))


def test_the_last_row_counts_without_a_final_newline(corpus):
    pairs = questions(PEOPLE[:3])
    assert len(NameDataset(corpus, pairs)) == len(NameDataset(corpus, pairs.rstrip("\n"))) == 3


@pytest.mark.parametrize("of_corpus", ["NFC", "NFD"])
@pytest.mark.parametrize("of_questions", ["NFC", "NFD"])
def test_the_unicode_form_of_a_file_makes_no_difference(of_corpus, of_questions, tmp_path):
    line = unicodedata.normalize(of_corpus, "Müjde Ñu. Where was Müjde Ñu born? In Zürich .\n")
    corpus = CharCorruptionDataset(line, 64)
    pair = unicodedata.normalize(of_questions, "Where was Müjde Ñu born?\tZürich\n")
    question, place = text.parse_questions(pair)[0]
    ids = text.encode(question, corpus.stoi, "here")
    said = "".join(corpus.itos[i] for i in ids)
    assert said == unicodedata.normalize(of_corpus, "Where was Müjde Ñu born?")
    assert text.can_spell(place, corpus.stoi) and not text.can_spell("Köln", corpus.stoi)
    path = tmp_path / "dev.tsv"
    path.write_text(pair, encoding="utf-8")
    answer = unicodedata.normalize(of_corpus, "Zürich")
    assert utils.evaluate_places(str(path), [answer]) == (1, 1)


def test_a_vocabulary_may_list_its_characters_in_any_order(corpus):
    names = NameDataset(corpus, questions(PEOPLE))
    listed = SimpleNamespace(**{**vars(corpus), "stoi": dict(sorted(corpus.stoi.items()))})
    assert list(listed.stoi) != list(corpus.stoi)
    assert torch.equal(NameDataset(listed, questions(PEOPLE)).x, names.x)


def test_a_character_outside_the_vocabulary_loses_its_marks(corpus):
    assert "é" not in corpus.stoi and "á" in corpus.stoi
    assert text.encode("é", corpus.stoi, "here") == [corpus.stoi["e"]]
    assert text.encode("á", corpus.stoi, "here") == [corpus.stoi["á"]]
    names = NameDataset(corpus, "Where was Évé Okafor born?\tOslo\n".replace("É", "E\u0301"))
    assert text_of(names[0][0], names.itos).startswith("Where was Eve Okafor born?⁇Oslo⁇")


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ("a?\tOslo\nno tab here\n", 2, "expected question TAB place, got 0 tabs"),
        ("a?\tOslo\nb?\tOslo\tNorway\n", 2, "got 2 tabs"),
        ("a?\tOslo\n\tOslo\n", 2, "expected a question and a place"),
        ("a?\t \n", 1, "expected a question and a place"),
        ("a?\tOslo\n\nb?\tOslo\n", 2, "got 0 tabs"),
        ("no?\nplaces?\n", 1, "without tabs"),
        ("\u0301\u0308\tOslo\n", 1, "expected characters of the pretraining corpus, got none"),
        ("a" * 127 + "\tOslo\n", 1, "at most 126 characters together, got 131"),
        ("a?\tOslo\nb?\t漢\n", 2, r"got '漢' \(U\+6F22\)"),
        ("a?\tOslo\nb⁇\tOslo\n", 2, "got '⁇'"),
    ],
)
def test_bad_rows_are_named_by_file_and_line(corpus, rows, line, says):
    with pytest.raises(InputError, match=f"^data.tsv, line {line}: .*{says}"):
        NameDataset(corpus, rows, "data.tsv")


def test_questions_without_places():
    assert text.parse_questions("a?\nb?\n") == [("a?", None), ("b?", None)]


# ----------------------------------------------------------------------------------------- batches


def test_batches_hold_the_examples_trimmed_and_weighted(corpus):
    names = NameDataset(corpus, questions(PEOPLE))
    for data, indices in ((corpus, range(3, 10)), (names, [4, 1, 8])):
        chunks, tokens = data.batch(indices, seed=6, epoch=2)
        assert tokens == len(indices) * 127
        assert sum(weight for _, _, weight in chunks) == pytest.approx(1)
        rows = []
        for x, y, _ in chunks:
            assert y[:, -1].any()  # trimmed after the longest row
            rows += [
                text_of(torch.cat((r, s[-1:])), data.itos).rstrip("□")
                for r, s in zip(x, y, strict=True)
            ]
        want = [data.example(i, 6, 2) for i in indices]
        want = [text_of(torch.cat((x, y[-1:])), data.itos).rstrip("□") for x, y in want]
        assert sorted(rows) == sorted(want)


def test_chunks_are_sorted_and_weighted_by_their_targets():
    y = torch.tensor([[1] * n + [0] * (127 - n) for n in range(1, 121)])
    chunks, tokens = examples.split_by_length(y.clone(), y)
    assert tokens == 120 * 127
    assert sum(len(x) for x, _, _ in chunks) == 120
    widths = [x.size(1) for x, _, _ in chunks]
    assert widths[0] == 120 and len(widths) == 8 and sorted(widths, reverse=True) == widths
    assert [y[0].count_nonzero() for _, y, _ in chunks] == widths
    targets = [y.sum().item() for _, y, _ in chunks]
    assert sum(targets) == 7260
    assert [w for *_, w in chunks] == pytest.approx([n / 7260 for n in targets])


@pytest.mark.parametrize("seed", range(8))
def test_chunks_have_as_many_tokens_as_rows_allow(seed):
    """Each cut is where no other row's end is nearer to a whole share of the tokens."""
    rng = random.Random(seed)
    lengths = sorted(rng.choices(range(1, 128), k=rng.randint(60, 260)), reverse=True)
    ends = list(itertools.accumulate(lengths))
    found = examples.split_points(torch.tensor(lengths))
    n = len(found)
    assert n.bit_count() == 1 and 0.7 < ends[-1] / examples.MICRO_BATCH_TOKENS / n < 1.42
    assert [start for start, _ in found] == [0, *(end for _, end in found[:-1])]
    assert found[-1][1] == len(lengths)
    for share, (_, end) in enumerate(found[:-1], start=1):
        off = [abs(tokens - ends[-1] * share / n) for tokens in ends]
        assert off[end - 1] == pytest.approx(min(off), abs=1e-3)


@pytest.mark.parametrize(
    ("lengths", "want"),
    [
        ([5], [(0, 1)]),
        ([3000], [(0, 1)]),
        ([100] * 3, [(0, 3)]),
        ([1024] * 3, [(0, 1), (1, 2), (2, 3)]),
        ([4000, 20, 20], [(0, 1), (1, 3)]),
    ],
)
def test_chunks_are_whole_rows(lengths, want):
    assert examples.split_points(torch.tensor(lengths)) == want


def test_the_width_of_a_batch_is_not_exceeded():
    y = torch.ones(3, 127, dtype=torch.int64)
    [(x, _, _)], _ = examples.split_by_length(y.clone(), y)
    assert x.shape == (3, 127)


# ------------------------------------------------------------------------------------ command line


@pytest.mark.parametrize("name", ["namedata", "charcorruption"])
def test_the_four_examples(name, capsys):
    dataset.main([name])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("data has ")
    assert [line[:3] for line in lines[1:]] == ["x: ", "y: "] * 4
    assert all(len(line) == 3 + 127 and "⁇" in line for line in lines[1:])


# ------------------------------------------------------------------------------- the course's data


def test_the_courses_files(course):
    data = CharCorruptionDataset(files.read_text(course / "wiki.txt"), 128)
    assert str(data) == "data has 418352 characters, 256 unique."
    assert len(data) == 2938
    path = course / "birth_places_train.tsv"
    assert len(NameDataset(data, files.read_text(path), path)) == 2000
    for name, rows in (("birth_dev.tsv", 500), ("birth_test_inputs.tsv", 437)):
        parsed = text.parse_questions(files.read_text(course / name), name)
        assert len(parsed) == rows
        for question, _ in parsed:
            text.encode(question, data.stoi, name)


def test_mean_tokens_counts_what_is_not_padding(corpus):
    names = NameDataset(corpus, questions(PEOPLE[:3]))
    real = [len(f"Where was {name} born?⁇{place}") for name, place in PEOPLE[:3]]
    assert mean_tokens(names, 5) == pytest.approx(sum(real) / 3)
    spans = [int((corpus.example(i, 5, 0)[1] != 0).sum()) for i in range(len(corpus))]
    assert mean_tokens(corpus, 5) == pytest.approx(sum(spans) / len(corpus))
    assert mean_tokens(corpus, 5, most=1) == spans[0]


def test_mean_tokens_asks_for_no_example_that_there_is_not():
    class Many:
        def __len__(self):
            return 19_999_999  # whose last number float32 rounds up

        def batch(self, indices, seed, epoch):
            assert indices.max() < len(self) and len(indices) == 4096
            return [(None, torch.ones(len(indices), 3), 1.0)], 0

    assert mean_tokens(Many(), 5) == 3


def test_the_four_examples_on_a_terminal_without_their_letters(monkeypatch):
    shown = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(shown, "ascii", write_through=True))
    dataset.main(["namedata"])
    assert rb"born?\u2047" in shown.getvalue()
