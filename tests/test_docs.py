"""The documents against the code: commands parse, the map is the tree, numbers are ours."""

import re
import shlex

import pytest
import torch.distributed.run
from conftest import ROOT

import accuracy
import ask
import recipes
from cli import arguments
from layers.variants import TABLE

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "assignment.md").read_text(encoding="utf-8")  # the student's page
DATA = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
DESIGN = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")


def commands(script):
    """Arguments of every command of README and guide that runs a script, its lines joined."""
    text = (README + GUIDE).replace("\\\n", " ")
    lines = re.findall(rf"^ +!?(?:\.venv/bin/)?python3? {re.escape(script)}(.*)$", text, re.M)
    return [shlex.split(line) for line in lines]


def check_run(argv):
    args = arguments.build_parser().parse_args(argv)
    assert all(getattr(args, flag) for flag in arguments.REQUIRED[args.function]), argv
    arguments.check_recipe(args)


def test_the_readmes_commands_parse():
    argvs = commands("src/run.py")
    assert len(argvs) >= 14
    for argv in argvs:
        check_run(argv)


def test_the_makefiles_commands_parse():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    argvs = [shlex.split(line) for line in re.findall(r"^\t\$\(RUN\) (.*)$", makefile, re.M)]
    assert [argv[0] for argv in argvs] == ["pretrain", "evaluate"]
    for argv in argvs:
        check_run(argv)
    (asks,) = re.findall(r"^ASK = \S+ src/ask.py (.*)$", makefile, re.M)
    ask.build_parser().parse_args(shlex.split(asks))
    (tables,) = re.findall(r"^TABLES = (.*)$", makefile, re.M)
    assert sorted(tables.split()) == sorted(accuracy.TABLES)


def test_the_clusters_commands_parse():
    """By torchrun's own parser, then by ours."""
    page = (ROOT / "docs" / "clusters.md").read_text(encoding="utf-8").replace("\\\n", " ")
    found = re.findall(r"^ +(?:srun )?torchrun (.*)$", page, re.M)
    assert len(found) >= 6
    for command in found:
        known = torch.distributed.run.get_args_parser()
        launch = known.parse_args(command.split())
        assert launch.training_script == "src/run.py"
        check_run(launch.training_script_args)


def test_the_assignments_commands_are_all_there():
    asked = {(argv[0], argv[1]) for argv in commands("src/run.py")}
    assert asked >= {(f, v) for f in arguments.REQUIRED for v in ("vanilla", "synthesizer")}
    assert ["namedata"] in commands("src/dataset.py")
    assert ["charcorruption"] in commands("src/dataset.py")
    assert [] in commands("src/london_baseline.py")
    assert "bash collect_submission.sh" in GUIDE


def test_the_map_is_the_tree():
    block = DESIGN.split("## Map")[1].split("\n\n")[1]
    listed, folders = set(), []
    for line in block.splitlines():
        indent, name = re.match(r"( +)(\S+)", line).groups()
        folders = folders[: len(indent) // 2 - 2]  # two more spaces for each folder
        listed.add("".join(folders) + name)
        if name.endswith("/"):
            folders.append(name)
    for name in listed:
        assert (ROOT / name).exists(), name
    for folder, ending in (
        ("src", "py"),
        *(
            (f"src/{name}", "py")
            for name in ("layers", "data", "analysis", "training", "cli", "support")
        ),
        ("src/data/world", "py"),
        ("bench", "py"),
        *(("docs", ending) for ending in ("md", "py", "ipynb")),
        ("docs/measurements", "jsonl"),
        ("mingpt-demo", "ipynb"),
    ):
        there = {f"{folder}/{path.name}" for path in (ROOT / folder).glob(f"*.{ending}")}
        there -= {f"{folder}/__init__.py"}
        inside = re.compile(rf"{folder}/[^/]+\.{ending}")
        mapped = {name for name in listed if inside.fullmatch(name)}
        assert there == mapped, "mend the map in docs/design.md"


def test_the_readme_is_short_and_has_pictures():
    assert README.count("\n") <= 150
    pictures = re.findall(r"!\[.+\]\((.+)\)", README)
    assert pictures and all((ROOT / picture).is_file() for picture in pictures)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_page_opens_with_what_it_is_for(path):
    title, empty, first, *_ = path.read_text(encoding="utf-8").split("\n")
    assert title.startswith("# ") and not empty and re.match(r"[A-Z\[]", first)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (path.parent / target).exists(), target


def test_every_module_has_its_tests():
    """A module of src/ is tested by the file of its name, in the folder of its name."""
    elsewhere = {
        "model.py": "test_equations.py",
        "attention.py": "layers/test_attention.py",
        "london_baseline.py": "test_utils.py",
        "cli/arguments.py": "test_run.py",
        "cli/checks.py": "test_run.py",
        "data/text.py": "test_dataset.py",
        "analysis/exchange.py": "analysis/test_inside.py",
        "analysis/plots.py": "analysis/test_report.py",
        "analysis/survey.py": "analysis/test_figures.py",
        "training/checks.py": "support/test_values.py",
        "training/cpu.py": "training/test_microbatches.py",
        "training/protocols.py": "training/test_gpu.py",
        "data/examples.py": "test_dataset.py",
        **{
            f"data/world/{m}.py": "test_make_corpus.py" for m in ("plan", "lives", "lines", "words")
        },
    }
    layers = {"layers.base", "layers.chunked", *(v.path.split(":")[0] for v in TABLE.values())}
    elsewhere |= {f"{name.replace('.', '/')}.py": "layers/test_attention.py" for name in layers}
    src, tests = ROOT / "src", ROOT / "tests"
    for path in src.rglob("*.py"):
        module = path.relative_to(src)
        if path.name != "__init__.py":
            mirrored = module.with_name(f"test_{module.name}")
            assert (tests / elsewhere.get(module.as_posix(), mirrored)).is_file(), module


def test_targets_of_make_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.M))
    assert set(re.findall(r"^ +make ([a-z-]+)", README, re.M)) == {"demo", "test"} <= targets
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r"(?:`|^ +)make ([a-z][a-z-]*)", text, re.M)) <= targets, path


def test_numbers_are_the_codes():
    handout = recipes.RECIPES["handout"]
    assert f"{handout.pretrain.max_epochs} epochs of pretraining" in README
    assert f"may have {recipes.BLOCK_SIZE - 2} characters" in DATA
    assert recipes.CHECKPOINT_SECONDS == 300 and all(
        "every five minutes" in page.lower() for page in (README, GUIDE)
    )
    for name, rows in (("birth_places_train.tsv", "2,000"), ("birth_dev.tsv", "500")):
        lines = (ROOT / name).read_text(encoding="utf-8").count("\n")
        assert f"{lines:,}" == rows and rows in README


def test_the_written_questions_are_answered():
    page = (ROOT / "docs" / "written.md").read_text(encoding="utf-8")
    one, two, three = (page.split("\n## Part ")[part] for part in (1, 2, 3))
    rows = re.findall(r"^\| (\(.+) \| .+ \|$", one, re.M)
    parts = {"a": 4, "b": 2, "c": 2, "d": 2, "e": 2}
    roman = ["i", "ii", "iii", "iv"]
    assert rows == [f"({part}) {roman[k]}" for part, count in parts.items() for k in range(count)]
    assert re.findall(r"^\*\*(\(.+?)[. ]", two, re.M) == ["(d),", "(g)"]
    assert re.findall(r"^\*\*(\(\w\))", three, re.M) == ["(a)", "(b)", "(c)"]
    for test, file in re.findall(r"`(test_\w+)` in `(\S+)`", page):
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8")


def test_the_other_documents_commands_have_their_scripts_and_flags():
    found = 0
    for path in (ROOT / "docs").glob("*.md"):
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
        inline = [" ".join(command.split()) for command in re.findall(r"`(python [^`]+)`", text)]
        for command in inline + re.findall(r"^    (?:[A-Z_]+=\S+ )?(python .+)$", text, re.M):
            words = shlex.split(command, comments=True)
            script = ROOT / words[1]
            parser = (
                "cli/arguments.py"
                if script.name
                in ("run.py", "ask.py", "sample.py", "attention_map.py", "knowledge.py")
                else ""
            )
            code = script.read_text(encoding="utf-8")
            code += (ROOT / "src" / parser).read_text(encoding="utf-8") if parser else ""
            for flag in (w for w in words if w.startswith("--") and w != "--help"):
                assert f'"{flag}"' in code or f'"{flag[2:]}"' in code, (path, command)
                found += 1
    assert found > 20


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_nothing_is_left_to_fill_in(path):
    text = path.read_text(encoding="utf-8")
    text = text.replace("CONTRIBUTING", "")
    assert not re.findall(r"\bTODO\b|\{\{|@@|\b[A-Z]{9,}\b", text)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commits_and_machines_are_named_in_tables_alone(path):
    if path.name != "log.md":
        lines = path.read_text(encoding="utf-8").splitlines()
        prose = "\n".join(line for line in lines if not line.startswith("|"))
        assert not re.findall(r"\b[0-9a-f]{7}\b|\b[Mm]achine [A-Z]\b", prose)
