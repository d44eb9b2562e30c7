"""Ask a trained model: its answer, how sure it is, and what else it thinks likely.

    python src/ask.py rope wiki.txt --reading_params_path demo/rope.params \\
        --places_path birth_places_train.tsv "Ada Vell"
    python src/ask.py ... "Where was Ada Vell born?"      # a whole question
    python src/ask.py ... "Ada Vell. Born in \u2047"           # a text to complete at \u2047
    head -5 birth_dev.tsv | python src/ask.py ...          # one a line; a place behind a tab is
                                                           # the right answer
Without names and without a pipe it asks for them.

The answer is the one of `evaluate`. Its probability is exact: the product of those of its letters.
With --places_path, the places of that file are compared too. What the line says is looked up in the
corpus; the model does not see it.
"""

import argparse
import json
import os
import sys
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass

from cli.arguments import int_in_range, parser_for_trained, trained_source
from support.errors import InputError, one_line_errors

TEMPLATE = "Where was {} born?"  # of a name, unless the places' questions have another
AROUND = 24  # characters of the line that are shown before and behind an answer


@dataclass(frozen=True)
class Reply:
    """What the model says to one input, and what the corpus says."""

    question: str
    name: str | None  # the title of a line that stands in the question
    answer: str
    probability: float
    line: str | None  # of the corpus, with that title
    top: tuple  # (place, probability) of the likeliest places, the most probable first
    other: float  # all other places of the set
    pruned: float  # what begins like one of them, and is not worth following
    outside: float  # everything else
    truth: str | None = None  # the right answer, where it was given

    def as_json(self):
        """One line of JSON. Answer, other, pruned and outside and the top's add up to 1."""
        facts = dict(vars(self), seen=self.line is not None)
        facts["top"] = [{"place": place, "probability": p} for place, p in self.top]
        return json.dumps(facts, ensure_ascii=False)


def main(argv=None):
    """Answer the names, lines or typed questions. Bad input ends in SystemExit(2)."""
    parser = build_parser()
    args = parser.parse_intermixed_args(argv)
    with one_line_errors(parser):
        asker = Asker(trained_source(args), args.places_path, args.top)
        for replies in map(asker.reply, batches(args.inputs)):
            for reply in replies:
                text = reply.as_json() if args.json else "\n".join(shown(reply, args.trust))
                print(text, flush=True)


def build_parser():
    """The parser of ask.py."""
    parser = parser_for_trained("ask.py", __doc__, picture=None)
    add = parser.add_argument
    add("inputs", nargs="*", metavar="NAME or QUESTION", help="what to ask (default: each line)")
    add("--places_path", metavar="TSV", help="question TAB place: the places to compare")
    add("--top", type=int_in_range(0), default=5, metavar="N", help="places to show (%(default)s)")
    add("--trust", type=share, default=0.0, metavar="P", help="withhold less probable answers")
    add("--json", action="store_true", help="one line of JSON for each input, with all figures")
    return parser


def share(text):
    """An argparse type: a number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, got {text!r}")
    return number


def batches(inputs):
    """Yield lists of inputs: those given; or a pipe's lines, together; or typed ones, singly."""
    if inputs:
        yield inputs
    elif not sys.stdin.isatty():
        yield [line for line in sys.stdin.read().splitlines() if line.strip()]
    else:
        while line := input_line():
            yield [line]


def input_line():
    """What is typed at a prompt; "" at the end of input."""
    try:
        return input("? ").strip()
    except EOFError:
        print()
        return ""


class Asker:
    """A model of a ModelSource, its corpus, and the places to compare."""

    def __init__(self, source, places_path=None, top=5):
        import torch

        import run
        from analysis.places import Tree
        from data.phrases import split_title
        from data.text import parse_questions
        from support.files import read_text

        pairs = parse_questions(read_text(places_path), places_path) if places_path else []
        if any(place is None for _, place in pairs):
            raise InputError(f"{places_path}: expected question TAB place, got questions alone")
        with redirect_stdout(sys.stderr):  # standard output is for the answers
            self.model, self.corpus = run.build(source)
        torch.set_num_threads(1)  # the operations are small: waking threads takes longer
        self.top = top
        self.template = template_of([question for question, _ in pairs]) or TEMPLATE
        self.tree = Tree(dict.fromkeys(place for _, place in pairs), self.corpus.stoi)
        self.lines = {}
        for document in self.corpus.data:
            self.lines.setdefault(split_title(document)[0].removesuffix(". "), document)

    def reply(self, inputs):
        """A Reply to each input: a name, a question, or a text with ⁇; each may have a tab and the
        right answer behind it.
        """
        from analysis.places import distributions
        from data.distant import title_in

        asked = [text.strip().partition("\t") for text in inputs]
        questions = [self.question(text.strip()) for text, _, _ in asked]
        prompts = [self.prompt(question) for question in questions]
        answers = self.answers(prompts)
        found = distributions(self.model, prompts, self.tree)
        replies = []
        for question, (_, _, truth), (answer, p), of in zip(
            questions, asked, answers, found, strict=True
        ):
            name = title_in(question.replace("\u2047", " "), self.lines)
            top = Counter(of.listed).most_common(self.top)
            replies.append(
                Reply(
                    question=question,
                    name=name,
                    answer=answer,
                    probability=p,
                    line=self.lines.get(name),
                    top=tuple(top),
                    other=sum(of.listed.values()) - sum(p for _, p in top),
                    pruned=of.pruned,
                    outside=of.outside,
                    truth=truth.strip() or None,
                )
            )
        return replies

    def question(self, text):
        """The question of an input: itself if it is one or has a ⁇, else the one about the name."""
        return text if text.endswith("?") or "\u2047" in text else self.template.format(text)

    def prompt(self, question):
        """A question's ids, with the ⁇ behind it."""
        from data.text import MASK, encode

        ids = []
        for part in question.split("\u2047"):
            ids += encode(part, self.corpus.stoi, "the question") if part else []
            ids.append(MASK)
        if question.endswith("\u2047"):
            ids.pop()
        if len(ids) > self.model.context:
            raise InputError(
                f"the question: expected at most {self.model.context - 1} characters, got"
                f" {len(ids) - 1} in {question!r}; shorten it"
            )
        return ids

    def answers(self, prompts):
        """(the greedy answer, its probability) of each prompt."""
        from analysis.answers import probabilities
        from utils import complete

        texts = complete(self.model, self.corpus, prompts)
        rated = probabilities(self.model, self.corpus, prompts, texts)
        return [(text.replace("\n", " "), p) for text, p in zip(texts, rated, strict=True)]


def template_of(questions):
    """The text that all questions share, with {} for the rest; None if they share too little."""
    if len(set(questions)) < 2:
        return None
    start = os.path.commonprefix(questions)
    end = os.path.commonprefix([question[::-1] for question in questions])[::-1]
    start, end = start[: start.rfind(" ") + 1], end[end.find(" ") :] if " " in end else end
    return f"{start}{{}}{end}" if start and end.endswith("?") else None


def shown(reply, trust=0.0):
    """The lines that a reader gets about a reply."""
    yield reply.question
    if reply.probability < trust:
        yield f"  not sure enough: {reply.probability:.2f}"
        return
    verdict = ""
    if reply.truth is not None:
        verdict = "   right" if reply.answer == reply.truth else f"   wrong: it is {reply.truth}"
    yield f"  {reply.answer:20} {reply.probability:.2f}{verdict}"
    if reply.top:
        places = [f"{place} {p:.2f}" for place, p in reply.top if place != reply.answer]
        rest = f"other known places {reply.other + reply.pruned:.2f}"
        yield "  " + " · ".join([*places, rest, f"no known place {reply.outside:.2f}"])
    if reply.line is None:
        yield "  no line of the corpus begins with this name: a guess"
    else:
        yield f"  the line says: {quoted(reply.line, reply.answer)}"


def quoted(line, answer):
    """The answer in the line, with what stands around it; else how the line begins."""
    at = line.find(answer) if answer else -1
    if at < 0:
        return f"“{line[: 4 * AROUND]}…”, without this answer"
    start, end = max(0, at - AROUND), at + len(answer) + AROUND
    return f"“{'…' * (start > 0)}{line[start:end]}{'…' * (end < len(line))}”"


if __name__ == "__main__":
    main()
