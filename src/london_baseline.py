"""Accuracy of answering "London" to every question.

    python src/london_baseline.py [birth_dev.tsv]

A model that has learnt nothing but the commonest answer scores this.
"""

from support.errors import Parser, one_line_errors


def main(argv=None):
    parser = Parser(prog="london_baseline.py", description=__doc__.splitlines()[0])
    parser.add_argument(
        "path",
        nargs="?",
        default="birth_dev.tsv",
        help="questions with places (default: %(default)s)",
    )
    with one_line_errors(parser, only_prints=True):
        args = parser.parse_args(argv)
        import utils  # imports torch, which --help does not need
        from data.text import parse_pairs
        from support.files import read_text
        from support.paths import check_input

        check_input(args.path, "PATH")
        questions = parse_pairs(read_text(args.path), args.path)
        print(utils.score_line(*utils.evaluate_places(args.path, ["London"] * len(questions))))


if __name__ == "__main__":
    main()
