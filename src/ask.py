"""Ask a trained model: its answer, how sure it is, and what else it thinks likely.

    python src/ask.py rope wiki.txt --reading_params_path demo/rope.params \\
        --places_path birth_places_train.tsv "Basil Charnock"
    python src/ask.py ... "Where was Basil Charnock born?"  # a whole question
    python src/ask.py ... "Basil Charnock. Born in \u2047"     # a text with one \u2047, to fill
    head -5 birth_dev.tsv | python src/ask.py ...           # one a line; a place behind a tab is
                                                            # the right answer
Without names and without a pipe it asks for them.

The answer is the one of `evaluate`, spelt letter by letter: as a whole another place can be
likelier. Its probability is exact, the product of those of its letters. With --places_path, the
places of that file are compared. A name becomes a question as in that file, or as in the questions
of the training. The line is looked up in the corpus; the model does not see it. An empty line ends
typed questions.
"""

import argparse
import json
import os
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import recipes
from cli import loading
from cli.arguments import int_in_range, parser_for_trained, trained_source
from cli.record import read_record
from data.phrases import name_in, name_of, split_title
from data.text import MASK_CHAR, as_in_corpus, composed
from support.errors import InputError, one_line_errors, shorten_repr

TEMPLATE = ("Where was ", " born?")  # around a name, unless the questions we know have another
AROUND = 24  # characters of the line that are shown before and behind an answer
ALIKE, MOST_TITLES = 0.85, 30_000  # from where on names are similar; titles that are compared


@dataclass(frozen=True)
class Reply:
    """What the model says to one input, and what the corpus says."""

    question: str
    name: str | None  # the longest title of the corpus that the question contains
    answer: str
    probability: float
    line: str | None  # of the corpus, with that title
    # where there are places to compare, else None:
    top: tuple | None  # (place, probability) of the likeliest, the most probable first
    other: float | None  # all other places
    pruned: float | None  # what begins like a place, so improbably that nobody followed it
    outside: float | None  # everything else
    known: bool | None  # whether the answer is one of the places
    truth: str | None = None  # the right answer, where it was given

    def as_json(self):
        """One line of JSON. The probabilities in top, other, pruned and outside add up to 1."""
        facts = dict(vars(self), seen=self.line is not None)
        if self.top is not None:
            facts["top"] = [{"place": place, "probability": p} for place, p in self.top]
        return json.dumps(facts)


def main(argv=None):
    """Answer the names, lines or typed questions. Bad input ends in SystemExit(2)."""
    parser = build_parser()
    with one_line_errors(parser, only_prints=True):
        args = parser.parse_intermixed_args(argv)
        if args.json and args.trust:
            parser.error("--trust: expected no --json, which gives all figures; leave one out")
        asker = Asker(trained_source(args), args.places_path, args.top)
        if len(args.inputs) > 1 and (name := " ".join(args.inputs)) in asker.lines:
            raise InputError(f'expected a name in quotes, got {name} without; write "{name}"')
        typed = args.inputs or interactive()  # few, by somebody who may have mistyped a name

        def answer(inputs):
            for reply in asker.reply(inputs):
                if args.json:
                    text = reply.as_json()
                else:
                    text = "\n".join(shown(reply, args.trust, asker.near if typed else None))
                print(text, flush=True)

        if args.inputs or not typed:
            answer(args.inputs or piped_lines())
        else:
            while line := typed_line():
                try:
                    answer([line])
                except InputError as error:
                    print(error, file=sys.stderr)


def build_parser():
    """The parser of ask.py."""
    parser = parser_for_trained("ask.py", __doc__)
    add = parser.add_argument
    add("inputs", nargs="*", metavar="NAME or QUESTION", help="what to ask (default: each line)")
    add("--places_path", metavar="TSV", help="question TAB place: the places to compare")
    add("--top", type=int_in_range(0), default=5, metavar="N", help="places to show (%(default)s)")
    add("--trust", type=share, default=0.0, metavar="P", help="withhold less probable answers")
    add(
        "--json",
        action="store_true",
        help="one line of JSON for each input. Of the places: top, other, pruned (begins like a"
        " place, too improbable to be followed) and outside (no place) add up to 1",
    )
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


def interactive():
    """Whether somebody types."""
    return sys.stdin.isatty()


def piped_lines():
    """The lines of standard input that are not empty. None is an InputError."""
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(encoding="utf-8")
    with utf8_expected():
        text = sys.stdin.read().replace("\ufeff", "")
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        raise InputError("standard input: expected names or questions, got none; name somebody")
    return lines


def typed_line():
    """What is typed at a prompt; "" at the end of input."""
    try:
        with utf8_expected():
            return input("? ").strip()
    except EOFError:
        print()
        return ""


@contextmanager
def utf8_expected():
    """Within it, bytes of standard input that are no text are an InputError."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise InputError(
            f"standard input: expected {error.encoding} text, got the byte"
            f" 0x{error.object[error.start]:02x}; convert it first"
        ) from None


class Asker:
    """A model of a ModelSource, its corpus, and the places to compare."""

    def __init__(self, source, places_path=None, top=5):
        from data.text import pairs_in_corpus, parse_pairs
        from support.files import read_text

        pairs = parse_pairs(read_text(places_path), places_path) if places_path else []
        # standard output is for the answers
        self.model, self.corpus = loading.build(source, say=lambda line: None)
        import torch  # later than machine.prepare_cpu

        from analysis.places import Tree

        pairs = pairs_in_corpus(pairs, self.corpus.stoi)
        self.threads = torch.get_num_threads()
        self.top = top
        trained_on = loading.trained_on(source.parameters_path)[1]
        asked = pairs or pairs_in_corpus(trained_on, self.corpus.stoi)
        self.template = template_of([question for question, _ in asked])
        named = read_record(source.parameters_path).get("finetune_corpus")
        if named and not asked:
            print(
                f"note: {named}: the questions that the model was trained on are not there; asking"
                f" “{'NAME'.join(self.template)}”",
                file=sys.stderr,
            )
        self.places = dict.fromkeys(place for _, place in pairs)
        self.tree = Tree(self.places, self.corpus.stoi)
        self.lines = {}
        for document in self.corpus.data:
            if name := name_of(document):
                self.lines.setdefault(name, document)

    def reply(self, inputs):
        """A Reply to each input: a name, a question, or a text with ⁇; each may have a tab and the
        right answer behind it.
        """
        import torch

        from analysis.places import distributions
        from data.text import encode_prompt

        # of one batch the operations are small, and waking threads takes longer
        torch.set_num_threads(self.threads if len(inputs) > recipes.BATCH_QUESTIONS else 1)
        asked = [parse(as_in_corpus(text, self.corpus.stoi)) for text in inputs]
        questions = [self.question(text) for text, _ in asked]
        prompts = [
            encode_prompt(question, self.corpus.stoi, self.model.context, "the question")
            for question in questions
        ]
        answers = self.answers(prompts)
        compared = len(self.tree.children) > 1  # whether there are places
        found = distributions(self.model, prompts, self.tree) if compared else [None] * len(asked)
        replies = []
        for question, (_, truth), (text, p), of in zip(
            questions, asked, answers, found, strict=True
        ):
            name = name_in(question.replace(MASK_CHAR, " "), self.lines)
            parts = dict.fromkeys(("top", "other", "pruned", "outside", "known"))
            if compared:
                top = tuple(of.listed.most_common(self.top))
                other = sum(of.listed.values()) - sum(p for _, p in top)
                parts = {"top": top, "other": other, "pruned": of.pruned, "outside": of.outside}
                parts["known"] = text in self.places
            line = self.lines.get(name)
            replies.append(Reply(question, name, text, p, line, **parts, truth=truth))
        return replies

    def question(self, text):
        """The question of an input: itself if it is one or has a ⁇, else the one about the name.

        What begins or ends as the questions do gets the rest of one.
        """
        if text.count(MASK_CHAR) > 1:
            raise InputError(
                f"the question: expected one {MASK_CHAR} at most, got {shorten_repr(text)}; leave"
                " one"
            )
        if text.endswith("?") or MASK_CHAR in text:
            return text
        start, end = self.template
        return text.removeprefix(start).removesuffix(end.rstrip("?")).join(self.template)

    def near(self, question):
        """The title most like the name in a question, in other letters or another order, or None.

        Not looked for in a large corpus, where that would take seconds.
        """
        if len(self.lines) > MOST_TITLES:
            return None
        start, end = self.template
        name = plain(question.removeprefix(start).removesuffix(end))
        if name not in self.plain_titles:
            (name,) = get_close_matches(name, self.plain_titles, 1, ALIKE) or [None]
        return self.plain_titles.get(name)

    @cached_property
    def plain_titles(self):
        """{title as `plain` has it: title}"""
        return {plain(title): title for title in self.lines}

    def answers(self, prompts):
        """(the greedy answer, its probability) of each prompt."""
        from analysis.answers import probabilities
        from utils import complete

        texts = complete(self.model, self.corpus, prompts)
        rated = probabilities(self.model, self.corpus, prompts, texts)
        return [(text.replace("\n", " "), p) for text, p in zip(texts, rated, strict=True)]


def plain(name):
    """The words of a name in small letters, sorted."""
    return " ".join(sorted(re.findall(r"[^\W_]+", name.lower())))


def parse(text):
    """(name or question, right answer or None) of an input, with single spaces."""
    fields = [" ".join(field.split()) for field in text.split("\t")]
    if not fields[0] or len(fields) > 2:
        raise InputError(
            f"the question: expected a name or a question, and a place behind one tab at most, got"
            f" {shorten_repr(text)}; mend it"
        )
    return fields[0], (fields[1:] or [None])[0] or None


def template_of(questions):
    """What stands before and behind the name in all questions; TEMPLATE's if that is not plain."""
    start, end = TEMPLATE
    if len(set(questions)) < 2 or all(q.startswith(start) and q.endswith(end) for q in questions):
        return TEMPLATE
    start = os.path.commonprefix(questions)
    end = os.path.commonprefix([question[::-1] for question in questions])[::-1]
    start, end = start[: start.rfind(" ") + 1], end[end.find(" ") :] if " " in end else end
    return (start, end) if start and end.endswith("?") else TEMPLATE


def shown(reply, trust=0.0, near=None):
    """The lines that a reader gets about a reply.

    near(question) gives a similar title, or None, for a question without one.
    """
    yield reply.question
    if reply.probability < trust:
        yield f"  not sure enough: {reply.probability:.2f}"
        return
    verdict = ""
    if reply.truth is not None:
        right = composed(reply.answer) == composed(reply.truth)
        verdict = "   right" if right else f"   wrong: it is {reply.truth}"
    yield f"  {reply.answer:20} {reply.probability:.2f}{verdict}"
    if reply.top is not None:
        others = [(place, p) for place, p in reply.top if place != reply.answer]
        known = reply.other + reply.pruned
        if reply.known and len(others) == len(reply.top):  # then the answer is one of the others
            known = max(0, known - reply.probability)
        places = [f"{place} {p:.2f}" for place, p in others]
        rest = f"no known place {reply.outside:.2f}"
        if not reply.known:  # then the answer is part of what is outside
            rest = f"other answers {max(0, reply.outside - reply.probability):.2f}"
        yield "  " + " · ".join([*places, f"other places {known:.2f}", rest])
    if reply.line is None:
        title = near and near(reply.question)
        hint = f"; the most similar one: {title}" if title else ""
        yield f"  no line of the corpus begins with this name{hint}"
    else:
        yield f"  in the line: {quoted(reply.line, reply.answer)}"


def quoted(line, answer):
    """The answer in the line behind its title, with what stands around it; else the beginning."""
    title, text = split_title(line)
    found = answer and re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text)
    if not found or len(answer) == 1:  # "a" stands in most lines, and tells nothing
        beginning = f"“{line[: 4 * AROUND]}{'…' * (len(line) > 4 * AROUND)}”"
        return beginning if found else f"{beginning}, without this answer"
    start, end = found.start() + len(title), found.end() + len(title)
    first, last = max(0, start - AROUND), end + AROUND
    return f"“{'…' * (first > 0)}{line[first:last]}{'…' * (last < len(line))}”"


if __name__ == "__main__":
    main()
