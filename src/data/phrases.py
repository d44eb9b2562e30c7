"""The phrases of a text: rules that find them, as (start, end). A document is a title and a text:
"Name. Sentences"."""

import re
from collections import Counter
from unicodedata import combining

TITLE_END = re.compile(r"(?<!\b\w)\. ")  # not after an initial: "Douglas P. Fry. He was"
WORD = re.compile(r"[^\W\d_][\w'’-]*")
PREPOSITION = re.compile(r"\b(?:at|from|in|near|of|to) $")
PREPOSITION_OR_COMMA = re.compile(r"(?:\b(?:at|from|in|near|of|to)|,) $")
OFTEN = 0.25  # share of a place's occurrences that follow a preposition or a comma, at least


def title_of(document):
    """The title of a document, `Name. `, with its full stop and space; "" if there is none."""
    found = TITLE_END.search(document)
    return document[: found.end()] if found else ""


def split_title(document):
    """A document as (title, text behind it)."""
    title = title_of(document)
    return title, document[len(title) :]


def name_of(document):
    """The title of a document, or a title, without its full stop and space; "" if there is none."""
    return title_of(document).removesuffix(". ")


def name_in(question, names):
    """The longest of the names that stands in the question as whole words; None if none does."""
    return max((words for words in whole_words(question) if words in names), key=len, default=None)


def whole_words(text):
    """Every part of a text, as a set, that no letter, digit or _ touches.

    A mark of a decomposed letter belongs to the letter before it.
    """
    marks = {at for at, char in enumerate(text) if combining(char)}
    starts = {found.start() for found in re.finditer(r"(?<!\w)", text)} - marks
    starts -= {at + 1 for at in marks}
    ends = {found.start() for found in re.finditer(r"(?!\w)", text)} - marks
    return {text[start:end] for start in starts for end in ends if start < end}


def capitalised(text, title=""):
    """Each run of capitalised words in a text, except runs of words that the title has."""
    known = set(WORD.findall(title))
    runs, words = [], []
    for word in WORD.finditer(text):
        joined = words and text[words[-1].end() : word.start()] == " "
        if words and not (joined and word.group()[0].isupper()):
            runs.append(words)
            words = []
        if word.group()[0].isupper():
            words.append(word)
    runs += [words] if words else []
    return [
        (run[0].start(), run[-1].end())
        for run in runs
        if not {word.group() for word in run} <= known
    ]


def behind_prepositions(text, title=""):
    """The capitalised runs that follow a preposition of place: at, from, in, near, of, to."""
    return [(a, b) for a, b in capitalised(text, title) if PREPOSITION.search(text, 0, a)]


def occurrences(phrases):
    """A function that finds each of the phrases in a text, as whole words."""
    longest_first = sorted(phrases, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    return lambda text, title="": [found.span() for found in pattern.finditer(text)]


def documents_with(documents):
    """{phrase: how many documents have it} of the capitalised runs behind the titles."""
    count = Counter()
    for title, text in map(split_title, documents):
        count.update({text[a:b] for a, b in capitalised(text, title)})
    return count


def place_like(documents):
    """A function that finds the first phrase of a text that is used like a place, as a list of one.

    Such a phrase stands in two documents or more, and follows a preposition of place or a comma in
    a quarter of its occurrences or more. Where a text has none, the first that stands in two
    documents is found, if there is one. Nothing is used but the documents.
    """
    shared = {phrase for phrase, n in documents_with(documents).items() if n > 1}
    behind, all_of = Counter(), Counter()
    for title, text in map(split_title, documents):
        for start, end in capitalised(text, title):
            if (phrase := text[start:end]) in shared:
                all_of[phrase] += 1
                behind[phrase] += PREPOSITION_OR_COMMA.search(text, 0, start) is not None

    def find(text, title=""):
        phrases = {(a, b): text[a:b] for a, b in capitalised(text, title)}
        phrases = {span: phrase for span, phrase in phrases.items() if phrase in shared}
        places = [span for span, at in phrases.items() if behind[at] >= OFTEN * all_of[at]]
        return [*places, *phrases][:1]

    return find
