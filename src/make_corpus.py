"""Writes the project's own data: short biographies of invented people and questions about them.

    python src/make_corpus.py                                 # the four files, repository root
    python src/make_corpus.py --people 293700 --out /tmp/big  # a hundred times as many

A large world is made of blocks of people. Each is written before the next is made, so that the
memory needed does not grow. The figures users rely on (split sizes, London's share, where the
answer stands, how many dev answers train holds, line lengths) are quotas of a block, dealt before
a word is written. What is left to chance (the baseline from origins, the rarest characters) is
checked in the first block, and dealt anew if it fails.
The quotas, the sentences and the words are in data/world.
The name lists avoid the famous; that some real person bears one of these names cannot be excluded.
"""

import argparse
import filecmp
import gc
import os
import re
from collections import Counter
from contextlib import ExitStack, closing
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from data.world.lines import WINDOW, write_lines
from data.world.plan import (
    DEV,
    LARGEST,
    PEOPLE,
    TRAIN,
    Dice,
    block_sizes,
    count_origins,
    origin_baseline,
    plan,
    rank_places,
)
from support.bars import Bar
from support.errors import InputError, Parser, one_line_errors
from support.files import atomic_write, not_written
from support.paths import check_output

HOME = Path(__file__).resolve().parents[1]  # where the bundled files stand
SEED, SMALLEST = 224, 30
FILES = {"train": "birth_places_train.tsv", "dev": "birth_dev.tsv", "test": "birth_test_inputs.tsv"}
QUESTION = "Where was {} born?"  # its letters are in every wiki.txt, however small
ALPHABET = 254  # characters: with PAD and MASK the vocabulary has 256
BASELINE = (0.063, 0.087)  # best guess from a name's origin, dev; promised: 6-9%


def build(people=PEOPLE, seed=SEED):
    """Yields the Persons of wiki.txt block by block; from the default size up, as promised.

    A world of up to BLOCK people is one block. In a larger one, the dice roll on from block to
    block. What is left to chance is checked in the first.
    """
    sizes = block_sizes(people)
    dice, ranks, cast = first_block(people, seed, sizes[0])
    yield cast
    for block, size in enumerate(sizes[1:], 1):
        cast = plan(dice, size, *ranks)
        write_lines(dice, cast, block)
        yield cast


def first_block(people, seed, size):
    """(its Persons, the dice after it, the world's places as rank_places has them)"""
    for turn in range(64):
        dice = Dice(seed * 64 + turn)
        ranks = rank_places(dice, people)
        cast = plan(dice, size, *ranks)
        baseline = origin_baseline(count_origins(cast))
        if people >= PEOPLE and not BASELINE[0] <= baseline <= BASELINE[1]:
            continue
        write_lines(dice, cast)
        chars = set(wiki_text(cast))
        if chars.issuperset(QUESTION.format("")) and (people < PEOPLE or len(chars) == ALPHABET):
            return dice, ranks, cast
    raise AssertionError(f"seed {seed} keeps missing the promised figures")


def wiki_text(cast):
    return "".join(person.line + "\n" for person in cast)


def contents(cast, dice):
    """{file name: a block's part of it}; "answers" are those of the test questions."""
    texts = {"wiki.txt": wiki_text(cast)}
    for split, file in FILES.items():
        rows = [
            (QUESTION.format(person.name), person.place.name)
            for person in cast
            if person.split == split
        ]
        rows = dice.shuffled(rows)
        with_answers = "".join(f"{question}\t{answer}\n" for question, answer in rows)
        texts[file] = with_answers
        if split == "test":
            texts[file] = "".join(question + "\n" for question, _ in rows)
            texts["answers"] = with_answers
    return texts


def shape(line):
    """The line's construction: runs of capitalised or non-Latin words become X, numbers 9.

    "Born in New York on 12 May 1874, O'Dea sang." becomes "X in X on 9 X 9, X sang."
    """
    text = re.sub(
        r"[\u0370-\u1fff\u2e80-\uffff]+|[^\W\d_][\w'-]*",
        lambda m: "X" if m[0][0].isupper() or m[0] > "\u0370" else m[0],
        line,
    )
    return re.sub(r"\d+", "9", re.sub(r"X(?:\.? X)+", "X", text))


class Kind(NamedTuple):
    """What the people of one kind have in common."""

    split: str
    place: str
    answer: str
    elsewhere: bool


class Report:
    """The promised figures, counted on the finished lines, block by block."""

    def __init__(self):
        self.kinds, self.births, self.lengths = Counter(), Counter(), Counter()
        self.chars, self.shapes, self.shaped = set(), set(), 0

    def add(self, cast):
        self.kinds.update((p.split, p.place.name, p.answer, p.elsewhere) for p in cast)
        self.births += count_origins(cast)
        self.lengths.update(len(person.line) for person in cast)
        self.chars.update(wiki_text(cast))
        if not self.shaped:  # the more lines, the fewer of them are of a new shape
            self.shapes.update(shape(person.line) for person in cast[:PEOPLE])
            self.shaped = min(len(cast), PEOPLE)

    def figures(self):
        """[(what, figure)]"""
        people, everybody = self.kinds.total(), [(Kind(*p), n) for p, n in self.kinds.items()]
        split = {name: [(p, n) for p, n in everybody if p.split == name] for name in FILES}
        sizes = {name: sum(n for _, n in group) for name, group in split.items()}
        train = Counter()
        for p, n in split["train"]:
            train[p.place] += n
        lengths = sorted(self.lengths.items())
        upto = accumulate(n for _, n in lengths)
        median = next(
            length for (length, _), n in zip(lengths, upto, strict=True) if n > people // 2
        )
        characters = sum(length * n for length, n in lengths)

        def share(counted, true):
            part = sum(n for what, n in counted if true(what))
            return f"{100 * part / sum(n for _, n in counted):.1f}%"

        answers = f"{len(train)} distinct"
        if sizes["train"] >= TRAIN:
            per_place = [(round(n * TRAIN / sizes["train"]), 1) for n in train.values()]
            rare = share(per_place, lambda n: n <= 3)
            answers += f", {rare} of them to at most three of {TRAIN} questions"

        def where_told(group):
            places = {
                "early": f"in the first {WINDOW} characters",
                "late": "later",
                "nowhere": "nowhere",
            }
            return ", ".join(
                f"{where} {share(group, lambda p, k=kind: p.answer == k)}"
                for kind, where in places.items()
            )

        return [
            ("people", f"{people} ({', '.join(f'{name} {n}' for name, n in sizes.items())})"),
            ("characters", f"{characters + people}, {len(self.chars)} distinct"),
            (
                "line length",
                f"mean {characters / people:.1f}, median {median}, max {lengths[-1][0]}, "
                f"over {WINDOW}: {share(lengths, lambda n: n > WINDOW)}",
            ),
            ("shapes of lines", f"{len(self.shapes)} distinct in the first {self.shaped}"),
            ("where lines tell the place", where_told(everybody)),
            ("the same, dev", where_told(split["dev"])),
            ("lines that name another city", share(everybody, lambda p: p.elsewhere)),
            ("answers in train", answers),
            ("dev answers also in train", share(split["dev"], lambda p: p.place in train)),
            (
                "London",
                ", ".join(
                    f"{name} {share(group, lambda p: p.place == 'London')}"
                    for name, group in split.items()
                ),
            ),
            (
                "best guess from the name's origin, dev",
                f"{100 * origin_baseline(self.births):.1f}%",
            ),
        ]


def write_files(parts, paths):
    """Appends each part, {name: text}, to the files of these names; {name: path}.

    Each file is written beside its place, and all are whole before the first is moved there. So a
    disk that fills up leaves the old files. Only a failure among the moves leaves old beside new.
    A file with another text, such as the course's, is an InputError, and nothing is moved.
    """
    with ExitStack() as moves:
        beside = {name: moves.enter_context(atomic_write(path)) for name, path in paths.items()}
        for part in parts:
            for name, path in paths.items():
                try:
                    with open(beside[name], "a", encoding="utf-8", newline="\n") as file:
                        file.write(part[name])
                except OSError as error:
                    raise not_written(path, error) from None
        for name, path in paths.items():
            if path.is_file() and not filecmp.cmp(path, beside[name], shallow=False):
                other = "file with --answers" if name == "answers" else "folder with --out"
                raise InputError(
                    f"{path}: expected no file with another text, got one; move it, or name another"
                    f" {other}"
                )


def with_bar(blocks, people):
    """Yield the blocks, and show how many of the people are done."""
    done = 0
    with closing(Bar(people, "people")) as bar:
        for cast in blocks:
            yield cast
            done += len(cast)
            bar.show(done)


def build_parser():
    parser = Parser(
        prog="make_corpus.py",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Writes wiki.txt (one invented biography a line) and the three files of\n"
        "questions (birth_places_train.tsv, birth_dev.tsv, birth_test_inputs.tsv).\n"
        "The same flags always give the same bytes.",
        epilog="example, ten times the data, with the answers to its test questions:\n"
        "  python src/make_corpus.py --people 29370 --out /tmp/big --answers /tmp/key.tsv",
    )
    parser.add_argument(
        "--people",
        type=int,
        default=PEOPLE,
        metavar="N",
        help=f"biographies in all; the splits keep their proportions (default "
        f"{PEOPLE}: {TRAIN} train, {DEV} dev, 437 test). {LARGEST:,} are the most: some minutes,"
        " 90 MB of memory, 570 MB of disk",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=SEED,
        metavar="S",
        help=f"another seed, other people (default {SEED})",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=None,
        metavar="FOLDER",
        help="where the four files go (default: the repository, for the default people and seed);"
        " files with another text are not replaced",
    )
    parser.add_argument(
        "--answers",
        type=Path,
        metavar="PATH",
        help="also write the test questions with their answers here "
        "(default: nowhere; do not commit it)",
    )
    return parser


def check_options(options):
    """Refuse what does not fit together, settle where the files go, and make their folder."""
    if not SMALLEST <= options.people <= LARGEST:
        raise InputError(
            f"expected --people from {SMALLEST} to {LARGEST}, got {options.people}; "
            f"leave it out for {PEOPLE}"
        )
    if options.seed < 0:
        raise InputError(f"expected --seed of 0 or more, got {options.seed}; drop the minus sign")
    if options.out is None:
        if (options.people, options.seed) != (PEOPLE, SEED):
            raise InputError(
                "expected --out FOLDER with other --people or --seed, got none; name a folder (the"
                " repository's own files stay as they are)"
            )
        options.out = HOME
    ours = [os.path.realpath(options.out / name) for name in ("wiki.txt", *FILES.values())]
    answers = options.answers and os.path.realpath(options.answers)
    if answers in ours:
        raise InputError(
            f"expected --answers as a file of its own, got {options.answers}; name another"
        )
    beside = answers and os.path.dirname(answers) == os.path.realpath(options.out)
    if answers and not beside:
        check_output(options.answers, "--answers")
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"expected --out as a folder, or where one can be made, got {options.out}:"
            f" {error.strerror}; name another"
        ) from None
    if beside:
        check_output(options.answers, "--answers")
    for path in ours:
        check_output(path, "--out")


def main(argv=None):
    parser = build_parser()
    with one_line_errors(parser):
        options = parser.parse_args(argv)
        check_options(options)
        paths = {name: options.out / name for name in ("wiki.txt", *FILES.values())}
        if options.answers:
            paths["answers"] = options.answers
        report, dice = Report(), Dice(options.seed)

        def parts():
            for cast in with_bar(build(options.people, options.seed), options.people):
                report.add(cast)
                yield contents(cast, dice)

        write_files(parts(), paths)
        print(f"written to {options.out}: wiki.txt, {', '.join(FILES.values())}")
        if options.answers:
            print(f"the answers to the test questions: {options.answers}")
        for what, figure in report.figures():
            print(f"{what}: {figure}")


if __name__ == "__main__":
    gc.disable()  # nothing here refers to itself; searching for it takes an eighth of the time
    main()
