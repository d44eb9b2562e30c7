"""The phrases of a text: rules that find them, as (start, end). A document is a title and a text:
"Name. Sentences"."""

import re
from collections import Counter

TITLE_END = re.compile(r"(?<!\b\w)\. ")  # not after an initial: "Douglas P. Fry. He was"
WORD = re.compile(r"[^\W\d_][\w'’-]*")
PREPOSITION = re.compile(r"\b(?:at|from|in|near|of|to) $")


def title_of(document):
    """The title of a document, `Name. `, with its full stop and space; "" if there is none."""
    found = TITLE_END.search(document)
    return document[: found.end()] if found else ""


def split_title(document):
    """A document as (title, text behind it)."""
    title = title_of(document)
    return title, document[len(title) :]


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


def recurring(documents, most=2):
    """A function that finds the first `most` capitalised runs of a text that two of the documents
    or more have. Runs that follow a preposition of place come before the others.
    """
    count = documents_with(documents)

    def find(text, title=""):
        shared = [(a, b) for a, b in capitalised(text, title) if count[text[a:b]] > 1]
        return sorted(shared, key=lambda span: not PREPOSITION.search(text, 0, span[0]))[:most]

    return find
