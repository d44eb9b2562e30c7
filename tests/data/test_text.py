"""Texts in the Unicode form of a corpus: nothing that the corpus can spell is lost."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text import as_in_corpus, can_spell, composed, encode, pairs_in_corpus

# Å and Ω as the signs of units, a Devanagari and a Hebrew letter: no normal form keeps them
SIGNS = ["\u212b", "\u2126", "\u0958", "\ufb2a"]
LETTERS = st.lists(st.sampled_from([*"aAoü ", "ở", "ạ̈", "\u0301", "한", *SIGNS]), max_size=6)


def vocabulary(text):
    return {char: number for number, char in enumerate(sorted(set(text)))}


@pytest.mark.parametrize("sign", SIGNS)
def test_a_letter_that_composing_changes_is_read_as_the_corpus_has_it(sign):
    stoi = vocabulary(f"Was {sign}re born?")
    for form in (str, composed, lambda text: unicodedata.normalize("NFD", text)):
        ids = encode(form(f"Was {sign}re born?"), stoi, "here")
        assert "".join(sorted(stoi)[i] for i in ids) == f"Was {sign}re born?"
        assert can_spell(form(sign), stoi)


@given(LETTERS, LETTERS, st.sampled_from(["NFC", "NFD", None]))
def test_a_form_changes_nothing_but_the_form(corpus, text, form):
    corpus, text = "".join(corpus), "".join(text)
    stoi = vocabulary(unicodedata.normalize(form, corpus) if form else corpus)
    found = as_in_corpus(text, stoi)
    assert composed(found) == composed(text)
    assert found == as_in_corpus(unicodedata.normalize("NFD", text), stoi)
    if form and set(unicodedata.normalize(form, text)) <= stoi.keys():
        assert set(found) <= stoi.keys()


def test_pairs_without_places():
    pairs = [("Zu\u0308rich?", None), ("\u212b?", "U\u0308")]
    assert pairs_in_corpus(pairs, vocabulary("Zürich")) == [("Zürich?", None), ("Å?", "Ü")]
