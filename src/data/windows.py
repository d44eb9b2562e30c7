"""Pretraining examples that tie names to facts: fact windows, with questions mixed in.

Legend: B batch, N windows, L block_size.
"""

import copy
from dataclasses import asdict

import numpy as np
import torch

from data import distant, phrases, text
from data.distant import PhraseScorer
from data.examples import Examples, draw
from data.kept import arrays_of, key_of, sha256_of
from data.phrases import behind_prepositions, capitalised, occurrences, place_like, split_title
from data.text import MASK, PAD
from support.errors import InputError
from support.files import sha256
from support.values import refused


def permutation(n, seed, epoch):
    """The numbers 0 … n-1 in the order of `shuffled`, as int32 to take half of the memory."""
    order = np.arange(n, dtype=np.int64)  # (n,)
    for part in np.split(order, range(SCANNED, n, SCANNED)):
        part += draw(2**31, seed, epoch, part) << 32
    order.sort()
    numbers = np.empty(n, np.int32)
    for first in range(0, n, SCANNED):
        numbers[first : first + SCANNED] = order[first : first + SCANNED] & (2**32 - 1)
    return torch.from_numpy(numbers)


def shuffled(n, seed, epoch, device=None):
    """The numbers 0 … n-1 in an order of the arguments alone; epoch may be a tensor ()."""
    each = torch.arange(n, device=device)  # (n,)
    return draw(2**31, seed, epoch, each).argsort(stable=True)  # (n,)


FINDERS = {"capitalised": capitalised, "behind prepositions": behind_prepositions}
SCANNED = 2**16  # windows that are handled at once


class FactWindows(Examples):
    """Examples made of a phrase of a document, a few words around it, and the document's title:

        row = after ⁇ title before ⁇ phrase ⁇ □□□…,    x = row[:-1],   y = row[1:]

    `before` and `after` are words around the phrase; their number is drawn. As in span corruption,
    what follows the phrase is given first. Here it stands in front of the title, so a title is met
    at many positions. The row ends as a question's does: the phrase follows a single ⁇. y is PAD up
    to the title's end, so only `before` and the phrase are learnt.

    The objective chooses the phrases by one of these rules:

    - capitalised: runs of capitalised words that are not in the title
    - behind prepositions: those of them that follow a preposition
    - place-like: the first that is used like a place in all documents together
    - answers: the places that the questions ask for
    - likeliest: the one that probably answers the question about the title
      (data.distant.PhraseScorer)

    Source: salient span masking (Guu et al. 2020, section 3.4).

    An epoch has every window once and the objective's share of questions, in a new order.
    Arguments: corpus, a CharCorruptionDataset (documents and vocabulary); objective, a
    recipes.FactWindowConfig; questions, a NameDataset or None.
    """

    def __init__(self, corpus, objective, questions=None):
        self.corpus, self.objective, self.questions = corpus, objective, questions
        self.stoi, self.itos = corpus.stoi, corpus.itos
        made_from = {
            "objective": asdict(objective),
            "block_size": corpus.block_size,
            "questions_sha256": questions and sha256_of(questions.source),
            "code_sha256": [
                sha256(file)
                for file in (__file__, *(module.__file__ for module in (distant, phrases, text)))
            ],
        }
        name = f"windows-{key_of([corpus.source and corpus.source.sha256, made_from])}"
        self.windows = arrays_of(corpus.source, name, made_from, self._scan)["windows"]
        share = objective.questions if questions is not None else 0.0
        self.n_questions = round(share / (1 - share) * len(self.windows))
        self.longest_row = self._longest_row()
        self._order = None, None  # (seed, epoch), and its permutation

    def _scan(self):
        """Yield the windows, as data.kept.arrays_of takes them: (N, 5 + before + after).

        A row is the number of the document, and where in it the title ends, `before` starts, …
        """
        find, found, rows = self._finder(), False, []
        for number, document in enumerate(self.corpus.data):
            title, text = split_title(document)
            n = len(title)
            for start, end in find(text, title):
                edges = self._edges(document, n, start + n, end + n)
                if edges:
                    rows.append([number, n, *edges])
            if len(rows) >= SCANNED:
                yield "windows", np.array(rows, np.int32)
                found, rows = True, []
        if rows:
            yield "windows", np.array(rows, np.int32)
        elif not found:
            raise InputError(
                "the pretraining corpus: expected documents, `Name. Sentences`, with phrases to"
                f" learn ({self.objective.phrases}), got none; take another recipe"
            )

    def _longest_row(self):
        """Tokens of the longest row of x: with all words around the phrase, or a question's."""
        before, after, longest = self.objective.before, self.objective.after, 0
        for part in self.windows.split(SCANNED):  # (n, 5 + before + after)
            title, end, first = part[:, [1, before + 3, before + 4]].T  # (n,) each
            most = part[:, before + 2], part[:, before + 4 + after]  # (n,) each
            row = (most[1] - first) + title + (end - most[0]) + 3  # (n,), with three ⁇
            longest = max(longest, int(row.max()) - 1)
        return max(longest, self.questions.longest_row if self.n_questions else 0)

    def _finder(self):
        """A function of (text, title) that finds (start, end) of the phrases to learn."""
        rule, documents = self.objective.phrases, self.corpus.data
        if rule in FINDERS:
            return FINDERS[rule]
        if rule == "place-like":
            return place_like(documents)
        if rule not in ("answers", "likeliest"):
            rules = ", ".join([*FINDERS, "place-like", "answers", "likeliest"])
            raise refused("objective.phrases", f"one of {rules}", rule)
        if self.questions is None:
            raise InputError(
                f"questions: expected some for the phrases {rule!r}, got none; give a NameDataset"
            )
        pairs = self.questions.pairs
        if rule == "answers":
            return occurrences({place for _, place in pairs})
        scorer = PhraseScorer(documents, pairs)
        if not scorer.weights:
            raise InputError(
                "the training questions: expected some about titles of the pretraining corpus, with"
                " answers in their documents, got none; pass those that belong to it"
            )
        return scorer.likeliest

    def _edges(self, document, title, start, end):
        """Where `before` starts (0, 1, … words); the phrase's end; where `after` starts and ends.

        None if title and phrase alone do not fit into a row.
        """
        room = self.corpus.block_size - 3 - title - (end - start)  # beside three ⁇
        if room < 0:
            return None
        befores = [start]
        for _ in range(self.objective.before):
            word = max(document.rfind(" ", title, max(title, befores[-1] - 1)) + 1, title)
            befores.append(word if start - word <= room // 2 else befores[-1])
        first = end + document.startswith(" ", end)
        afters = [first]
        for _ in range(self.objective.after):
            space = document.find(" ", afters[-1] + 1)
            word = space if space >= 0 else len(document)
            afters.append(word if word - first <= room // 2 else afters[-1])
        return [*befores, end, *afters]

    def __len__(self):
        return len(self.windows) + self.n_questions

    def __getitem__(self, i):
        return self.example(i, 0, 0)

    def padded_batch(self, indices, seed, epoch):
        """x and y (B, L-1) of the numbers `indices` (B,) of an epoch."""
        if torch.is_tensor(epoch):  # whose value the host does not know
            order = shuffled(len(self), seed, epoch, indices.device)  # (N + questions,)
        else:
            order = self._permutation(seed, epoch).to(indices.device)  # (N + questions,)
        items = order[indices].long()  # windows, then questions; (B,)
        rows, given = self._rows(items.clamp(max=len(self.windows) - 1), seed, epoch)
        x, y = rows[:, :-1], rows[:, 1:]  # (B, L-1)
        at = torch.arange(1, self.corpus.block_size, device=indices.device)  # (L-1,)
        y = torch.where(at < given[:, None], PAD, y)
        if not self.n_questions:
            return x, y
        question = items - len(self.windows) + epoch * self.n_questions
        question = question % len(self.questions)  # in file order, over the epochs
        asked = (items >= len(self.windows))[:, None]  # (B, 1)
        asked_x, asked_y = self.questions.padded_batch(question, seed, epoch)  # (B, L-1)
        return torch.where(asked, asked_x, x), torch.where(asked, asked_y, y)

    def _permutation(self, seed, epoch):
        """The permutation of an epoch: the last one is kept."""
        if self._order[0] != (seed, epoch):
            self._order = None, None  # its memory is free before another is made
            self._order = (seed, epoch), permutation(len(self), seed, epoch)
        return self._order[1]

    def to(self, device):
        """A copy of this dataset with everything it reads on a device."""
        moved = copy.copy(self)
        moved.corpus, moved.windows = self.corpus.to(device), self.windows.to(device)
        moved.questions = self.questions and self.questions.to(device)
        return moved

    def places(self, items):
        """Where in the corpus's text windows `items` (B,) lie: (B, 5 + before + after).

        The start of the document, the end of its title, and the edges around the phrase.
        """
        windows = self.windows[items].long()  # (B, 5 + before + after)
        start = self.corpus.starts[windows[:, :1]]  # (B, 1)
        windows[:, 0] = 0
        return start + windows

    def _rows(self, items, seed, epoch):
        """Rows (B, L) of windows `items` (B,), and how many characters of each are given (B,)."""
        most = self.objective.before, self.objective.after
        n_before, n_after = (draw(n + 1, seed, epoch, items, part) for part, n in enumerate(most))
        edges = self.places(items).T  # (5 + before + after, B)
        each = torch.arange(len(items), device=items.device)  # (B,)
        start, title, phrase = edges[:3]  # (B,) each
        end, first = edges[most[0] + 3 : most[0] + 5]
        before, after = edges[2 + n_before, each], edges[most[0] + 4 + n_after, each]
        parts = [(first, after), MASK, (start, title), (before, phrase), MASK, (phrase, end), MASK]
        return self._assemble(parts), after - first + 1 + title - start

    def _assemble(self, parts):
        """Rows (B, L) of parts: stretches (start, end) of the corpus, each (B,), and MASK."""
        text = self.corpus.text
        at = torch.arange(self.corpus.block_size, device=text.device)  # (L,)
        offset = torch.zeros_like(parts[0][0])[:, None]  # (B, 1)
        rows = torch.full_like(at, PAD) + offset  # (B, L)
        for part in parts:
            if part is MASK:
                rows = torch.where(at == offset, MASK, rows)
                offset = offset + 1
                continue
            start, length = part[0][:, None], (part[1] - part[0])[:, None]  # (B, 1)
            source = (start + at - offset).clamp(0, len(text) - 1)  # (B, L)
            inside = (at >= offset) & (at < offset + length)  # (B, L)
            rows = torch.where(inside, text[source].long(), rows)
            offset = offset + length
        return rows
