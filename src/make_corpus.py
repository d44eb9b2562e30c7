"""Writes the project's own data: short biographies of invented people and questions about them.

    python src/make_corpus.py                                 # the four files, repository root
    python src/make_corpus.py --people 293700 --out /tmp/big  # a hundred times as many

The figures users rely on (split sizes, London's share, where the answer stands, how many dev
answers train holds, line lengths) are quotas, dealt before a word is written; what is left to
chance (the baseline from origins, the rarest characters) is checked, and dealt anew if it fails.
The quotas, the sentences and the words are in data/world.
The name lists avoid the famous; that some real person bears one of these names cannot be excluded.
"""

import argparse
import re
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from data.world.lives import WINDOW, write_lines
from data.world.plan import DEV, PEOPLE, TRAIN, Dice, origin_baseline, plan
from support.errors import InputError, Parser, one_line_errors
from support.files import atomic_write
from support.paths import check_output

SEED, SMALLEST, LARGEST = 224, 30, 1_000_000
FILES = {"train": "birth_places_train.tsv", "dev": "birth_dev.tsv", "test": "birth_test_inputs.tsv"}
QUESTION = "Where was {} born?"  # its letters are in every wiki.txt, however small
ALPHABET = 254  # characters: with PAD and MASK the vocabulary has 256
BASELINE = (0.063, 0.087)  # best guess from a name's origin, dev; promised: 6-9%


def build(people=PEOPLE, seed=SEED):
    """All Persons, as in wiki.txt; from the default size up, with all promises kept."""
    for turn in range(64):
        dice = Dice(seed * 64 + turn)
        cast = plan(dice, people)
        if people >= PEOPLE and not BASELINE[0] <= origin_baseline(cast) <= BASELINE[1]:
            continue
        write_lines(dice, cast)
        chars = set(wiki_text(cast))
        if chars.issuperset(QUESTION.format("")) and (people < PEOPLE or len(chars) == ALPHABET):
            return cast
    raise AssertionError(f"seed {seed} keeps missing the promised figures")


def wiki_text(cast):
    return "".join(person.line + "\n" for person in cast)


def contents(cast, seed):
    """{file name: text}; "answers" are those of the test questions."""
    dice, texts = Dice(seed), {"wiki.txt": wiki_text(cast)}
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


def report(cast, texts):
    """[(what, figure)]: the promised figures, counted on the finished lines."""
    lines = [person.line for person in cast]
    split = {name: [p for p in cast if p.split == name] for name in FILES}
    train = Counter(p.place.name for p in split["train"])
    lengths = sorted(map(len, lines))

    def share(people, true):
        return f"{100 * sum(map(true, people)) / len(people):.1f}%"

    def found(people):
        return ", ".join(
            f"{kind} {share(people, lambda p, k=kind: p.answer == k)}"
            for kind in ("early", "late", "nowhere")
        )

    return [
        ("people", f"{len(cast)} ({', '.join(f'{k} {len(v)}' for k, v in split.items())})"),
        ("characters", f"{len(texts['wiki.txt'])}, {len(set(texts['wiki.txt']))} distinct"),
        (
            "line length",
            f"mean {sum(lengths) / len(lengths):.1f}, median "
            f"{lengths[len(lengths) // 2]}, max {lengths[-1]}, "
            f"over {WINDOW}: {share(lengths, lambda n: n > WINDOW)}",
        ),
        ("distinct shapes", len(set(map(shape, lines)))),
        (f"answer (early: in the first {WINDOW} characters)", found(cast)),
        ("the same, dev", found(split["dev"])),
        ("another city named", share(cast, lambda p: p.elsewhere)),
        (
            "distinct answers in train",
            f"{len(train)}, once to three times: {share(train.values(), lambda n: n <= 3)}",
        ),
        ("dev answers also in train", share(split["dev"], lambda p: p.place.name in train)),
        (
            "London",
            ", ".join(
                f"{name} {share(people, lambda p: p.place.name == 'London')}"
                for name, people in split.items()
            ),
        ),
        ("best guess from the name's origin, dev", f"{100 * origin_baseline(cast):.1f}%"),
    ]


def write_files(texts_by_path):
    """Each file is written beside its place before any is moved there, so that a disk that fills
    up leaves the old files; only a failure among the last moves could leave old beside new.
    """
    with ExitStack() as moves:
        for path, text in texts_by_path.items():
            temporary = moves.enter_context(atomic_write(path))
            Path(temporary).write_text(text, encoding="utf-8", newline="\n")


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
        f"{PEOPLE}: {TRAIN} train, {DEV} dev, 437 test)",
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
        help="where the four files go (default: the repository, for the default people and seed)",
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
    """Refuse what does not fit together, and settle where the files go."""
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
        options.out = Path(__file__).resolve().parents[1]
    for flag, folder in (
        ("--out", options.out),
        ("--answers", options.answers and options.answers.parent),
    ):
        if folder is not None and not folder.is_dir():
            raise InputError(f"expected {flag} in a folder that exists, got {folder}; make it")
    ours = [(options.out / name).resolve() for name in ("wiki.txt", *FILES.values())]
    if options.answers and options.answers.resolve() in ours:
        raise InputError(
            f"expected --answers as a file of its own, got {options.answers}; name another"
        )
    for path in ours:
        check_output(path, "--out")
    if options.answers:
        check_output(options.answers, "--answers")


def main(argv=None):
    parser = build_parser()
    with one_line_errors(parser):
        options = parser.parse_args(argv)
        check_options(options)
        cast = build(options.people, options.seed)
        texts = contents(cast, options.seed)
        answers = texts.pop("answers")
        targets = {options.out / name: text for name, text in texts.items()}
        if options.answers:
            targets[options.answers] = answers
        write_files(targets)
        for what, figure in report(cast, texts):
            print(f"{what}: {figure}")


if __name__ == "__main__":
    main()
