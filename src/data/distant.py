"""Distant supervision: which phrase of a document answers the question about its title? Learnt from
the documents of those people whose answer is known (Mintz et al. 2009).
"""

import math
import re
from collections import Counter, defaultdict

import torch

from data.phrases import (
    capitalised,
    documents_with,
    name_in,
    name_of,
    split_title,
    whole_words,
)

TOKEN = re.compile(r"[^\W\d_][\w'’-]*|\d|[^\w\s]")
PRIOR = 1.0  # variance of the weights' Gaussian prior
MOST = 2**16  # questions that the weights are fitted to: of more, evenly chosen ones
PART = re.compile(r"\w+")  # of a run; finer than phrases.WORD, so that "Oslo's" has Oslo
NEAR = 40  # characters before and behind a phrase that features are taken from


class PhraseScorer:
    """A softmax over the phrases of a document:

        p(phrase) = exp(Σ weights of its features) / Σ over all phrases of the document

    The phrases are the runs of capitalised words, and the known places that begin and end in them
    ("Boston" of "Boston MA"; "Rio de Janeiro", which is two runs). A place is known if it is the
    answer to somebody else's question. The features are the two tokens before the phrase and the
    one behind it, its rank in the document, how many documents have it as a run, how many words it
    has, whether it is a known place, and whether the phrase behind a comma is one, if there is such
    a phrase. The weights are those of the greatest likelihood of the training answers, with a
    Gaussian prior.

    Arguments: documents, texts with their titles; questions, [(question, place), …]. A question
    belongs to the documents whose title stands in it.
    """

    def __init__(self, documents, questions):
        self.documents_with = documents_with(documents)
        self.answers = Counter(place for _, place in questions)
        self.longest = max(map(len, self.answers), default=0)
        questions = questions[:: math.ceil(len(questions) / MOST) or 1]
        self.weights = fit(self._examples(documents, questions))

    def _examples(self, documents, questions):
        """Yield [(features, whether the phrase is the answer), …] of each document with one."""
        asked = {words for question, _ in questions for words in whole_words(question)}
        bodies = defaultdict(list)
        for title, body in map(split_title, documents):
            if (name := name_of(title)) in asked:
                bodies[name].append((body, title))
        for question, place in questions:
            for body, title in bodies.get(name_in(question, bodies), ()):
                found = self.features(body, title, place)
                right = [body[start:end] == place for start, end in found]
                if any(right):
                    yield list(zip(found.values(), right, strict=True))

    def probabilities(self, text, title=""):
        """{(start, end): probability} of the phrases of a text, which stands behind its title."""
        found = self.features(text, title)
        scores = [sum(self.weights.get(f, 0.0) for f in features) for features in found.values()]
        most = max(scores, default=0.0)
        scores = [math.exp(score - most) for score in scores]
        total = sum(scores)
        return {span: score / total for span, score in zip(found, scores, strict=True)}

    def likeliest(self, text, title=""):
        """The phrase of the greatest probability as [(start, end)]; [] if the text has none."""
        found = self.probabilities(text, title)
        return [max(found, key=found.get)] if found else []

    def features(self, text, title="", answer=None):
        """{(start, end): features} of the phrases.

        `answer` is that to the text's own question, where it is known. The own question does not
        make a place known, or it would give the answer away.
        """

        def known(phrase):
            return self.answers[phrase] > (phrase == answer)

        found = {}
        spans = with_known(text, capitalised(text, title), known, self.longest)
        first = {a: known(text[a:b]) for a, b in reversed(spans)}  # of one start, the longest
        for rank, (start, end) in enumerate(spans):
            phrase = text[start:end]
            joined = first.get(end + 2) if text.startswith(", ", end) else None
            before = ["", "", *TOKEN.findall(text[max(0, start - NEAR) : start].lower())]
            behind = [*TOKEN.findall(text[end : end + NEAR].lower()), ""]
            found[start, end] = (
                ("before", before[-1]),
                ("two before", *before[-2:]),
                ("behind", behind[0]),
                ("rank", min(rank, 6)),
                ("rank and before", min(rank, 3), before[-1]),
                ("known", known(phrase), joined),
                ("documents", min(5, self.documents_with[phrase].bit_length())),
                ("words", min(4, len(phrase.split()))),
            )
        return found


def with_known(text, runs, known, longest):
    """The runs (start, end) of a text, and the known phrases that begin and end at words of runs.

    They are sorted by start, the longer first. `longest` is the length of the longest known phrase.
    """
    found, words = set(runs), [match.span() for run in runs for match in PART.finditer(text, *run)]
    for i, (start, _) in enumerate(words):
        for _, end in words[i:]:
            if end - start > longest:
                break
            if known(text[start:end]):
                found.add((start, end))
    return sorted(found, key=lambda span: (span[0], -span[1]))


def fit(examples):
    """{feature: weight}: the greatest posterior probability of the right entries.

    `examples` iterates over lists of (features, whether right). Each has one right entry or more,
    and all entries have equally many features.
    """
    numbers, table, example, right, n_examples = {}, [], [], [], 0
    for entries in examples:
        for features, is_right in entries:
            table.append([numbers.setdefault(feature, len(numbers)) for feature in features])
            example.append(n_examples)
            right.append(is_right)
        n_examples += 1
    table, example, right = map(torch.tensor, (table, example, right))  # (E, F), (E,), (E,)
    weights = torch.zeros(len(numbers), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        scores = weights[table].sum(1).exp()  # (E,)
        total, good = (
            torch.zeros(n_examples, dtype=torch.float64).index_add(0, example, part)
            for part in (scores, scores * right)
        )
        value = (total / good).log().sum() + weights.square().sum() / (2 * PRIOR)
        value.backward()
        return value

    if n_examples:
        optimizer.step(loss)
    return dict(zip(numbers, weights.tolist(), strict=True))
