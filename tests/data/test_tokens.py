"""A text from its token file: the same vocabulary, rows and documents, and the same error lines."""

import os
import random

import pytest
import torch
from conftest import CORPUS, file_of

import textbook
from data.kept import text_at
from dataset import CharCorruptionDataset
from support import files
from support.errors import InputError

pytestmark = pytest.mark.usefixtures("large_texts")
RAW = CORPUS.replace("\n", "\r\n", 3).encode()  # line ends of two kinds


@pytest.mark.parametrize("raw", [RAW, b"\xef\xbb\xbf" + RAW, RAW[:-2], b"a\n\n\xef\xbb\xbfb", b"x"])
def test_a_corpus_is_the_same_from_its_file(tmp_path, raw):
    path = file_of(tmp_path, raw)
    mapped, text = CharCorruptionDataset(text_at(path), 24), files.read_text(path)
    for again in (mapped, CharCorruptionDataset(text_at(path), 24)):
        plain = CharCorruptionDataset(text, 24)
        assert list(again.data) == plain.data == text.split("\n") and str(again) == str(plain)
        assert again.stoi == plain.stoi == dict(textbook.vocabulary(text)[0])
        assert (again.vocab_size, again.longest_row) == (plain.vocab_size, plain.longest_row)
        for i in range(-len(plain), len(plain)):
            ours, want = (data.example(i % len(plain), 3, 5) for data in (again, plain))
            assert all(map(torch.equal, ours, want))
            assert again.data[i] == plain.data[i]
        assert again.data[-2:] == plain.data[-2:]
        random.seed(4)
        drawn = again[0]
        random.seed(4)
        assert all(map(torch.equal, drawn, plain[0]))
    with pytest.raises(IndexError):
        mapped.data[len(mapped)]


@pytest.mark.parametrize("n", [254, 255, 40_000])
def test_ids_have_the_smallest_type_that_holds_them(tmp_path, n):
    text = "".join(chr(0x3000 + i) for i in range(n) if not 0xD800 <= 0x3000 + i < 0xE000)
    text = text.replace("\ufeff", "")
    mapped = CharCorruptionDataset(text_at(file_of(tmp_path, text.encode())), 24)
    kinds = {256: torch.uint8, 257: torch.int16}
    assert mapped.text.dtype == kinds.get(mapped.vocab_size, torch.int32)
    assert [mapped.itos[i] for i in mapped.text.tolist()] == list(text) == list(mapped.data[0])


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("fine\nnot⁇fine\nnor□\n".encode(), "line 3: expected text without the reserved"),
        ("fine\n\n\nnot⁇fine\n".encode(), "line 4: expected text without the reserved"),
        (b"\xef\xbb\xbflong enough\ncaf\xe9\n", "the byte 0xe9 at offset 18; save the file"),
        (b"it ends too early\xc3", "the byte 0xc3 at offset 17; save the file"),
        (b" \n \n\r\n          ", "expected text, got an empty file"),
    ],
)
def test_a_bad_text_gets_the_line_it_always_got(tmp_path, raw, says):
    path, found = file_of(tmp_path, raw), []
    for text in (text_at, files.read_text):
        with pytest.raises(InputError, match=says) as error:
            CharCorruptionDataset(text(path), 24)
        found.append(str(error.value))
    assert found[0] == found[1] and sorted(os.listdir(tmp_path)) == ["temporary", "wiki.txt"]
