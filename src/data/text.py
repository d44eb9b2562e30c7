"""Characters and questions: reserved characters, encoder, question files. Imports no torch."""

import unicodedata

from support.errors import InputError, shorten_repr

PAD_CHAR = "\u25a1"  # □, id 0: fills rows up to the block; never a target
MASK_CHAR = "\u2047"  # ⁇, id 1: stands for the masked content, and before and after an answer
PAD, MASK = 0, 1
ANSWER_CHARS = 32  # decoded after a question: a longer place is never answered right


def parse_questions(text, path="the question file"):
    """[(question, place), …] of a TSV's text, one row a line; place is None in a file without tabs.

    Every row has one tab, or none has.
    """
    lines = text.rstrip("\n").split("\n")
    with_tab = "\t" in text
    rows = []
    for number, line in enumerate(lines, start=1):
        fields = line.split("\t")
        if len(fields) != (2 if with_tab else 1):
            expected = "question TAB place" if with_tab else "a question"
            raise InputError(
                f"{path}, line {number}: expected {expected}, got {len(fields) - 1} tabs in"
                f" {line!r}; mend the row (every row has one tab, or none has)"
            )
        if not all(field.strip() for field in fields):
            raise InputError(
                f"{path}, line {number}: expected a question{' and a place' * with_tab}, got"
                f" {line!r}; complete or remove the row"
            )
        rows.append((fields[0].strip(), fields[1].strip() if with_tab else None))
    return rows


def parse_pairs(text, path):
    """parse_questions of a file that has places. One without them is an InputError."""
    rows = parse_questions(text, path)
    if rows[0][1] is None:
        raise InputError(
            f"{path}: expected question TAB place, got questions alone; add the places, or name"
            " another file"
        )
    return rows


def composed(text):
    """The text in Unicode's form NFC, in which é is one character: for comparing."""
    return unicodedata.normalize("NFC", text)


def as_in_corpus(text, stoi):
    """The text in the Unicode form of the corpus whose characters `stoi` has.

    It is composed (e and ´ become é, by Unicode's NFC). What the vocabulary lacks then becomes what
    composing makes of one of its characters (Å of U+212B), or letter and marks (of a corpus in
    NFD), if the vocabulary has those. Nothing is lost: other characters stay.
    """
    text = composed(text)
    if set(text) <= stoi.keys():
        return text
    for sign in stoi:
        if not set(composed(sign)) <= stoi.keys():
            text = text.replace(composed(sign), sign)
    parts = {char: unicodedata.normalize("NFD", char) for char in set(text) - stoi.keys()}
    return "".join(
        parts[char] if char in parts and set(parts[char]) <= stoi.keys() else char for char in text
    )


def pairs_in_corpus(pairs, stoi):
    """The texts of pairs in the corpus's form; None stays."""
    return [tuple(text and as_in_corpus(text, stoi) for text in pair) for pair in pairs]


def can_spell(text, stoi):
    """Whether characters of the vocabulary make up the text, in its form or another."""
    return set(as_in_corpus(text, stoi)) <= stoi.keys()


def encode(text, stoi, where):
    """Ids of the characters of `text`, for training and evaluation alike.

    The text is brought to the corpus's form first (as_in_corpus), so that files in any form are
    read alike. A character that the vocabulary lacks then becomes plainer ones (NFKD), without
    their marks if the vocabulary lacks these. One that is still unknown is an InputError that
    starts with `where`; so is a text of which nothing is left.
    """
    ids = []
    for char in as_in_corpus(text, stoi):
        folded = char
        if char not in stoi:
            folded = unicodedata.normalize("NFKD", char)
            if any(c not in stoi for c in folded):
                folded = "".join(c for c in folded if not unicodedata.combining(c))
        if char in (PAD_CHAR, MASK_CHAR) or any(c not in stoi for c in folded):
            raise InputError(
                f"{where}: expected characters of the pretraining corpus, got {char!r}"
                f" (U+{ord(char):04X}) in {text!r}; replace it, or pass the"
                " wiki.txt that goes with it"
            )
        ids.extend(stoi[c] for c in folded)
    if not ids:
        raise InputError(
            f"{where}: expected characters of the pretraining corpus, got none in {text!r};"
            " replace it"
        )
    return ids


def encode_prompt(text, stoi, context, where):
    """Ids of a text with ⁇ for its gaps, and of the ⁇ after which the model answers.

    A text that ends in ⁇ gets no second one. A prompt of more than `context` ids is an InputError,
    as in `encode`.
    """
    ids = []
    for part in text.split(MASK_CHAR):
        ids += encode(part, stoi, where) if part else []
        ids.append(MASK)
    if text.endswith(MASK_CHAR):
        ids.pop()
    if len(ids) > context:
        raise InputError(
            f"{where}: expected at most {context - 1} characters, got {len(ids) - 1} in"
            f" {shorten_repr(text)}; shorten it"
        )
    return ids
