"""The record beside an output: kept to its own file, used to catch a mismatch, never required."""

import json
import os

import pytest

from cli import record
from support.errors import InputError


@pytest.fixture
def output(tmp_path):
    path = tmp_path / "out"
    path.write_bytes(b"content")
    record.write_record(path, {"variant": "vanilla", "vocabulary": "□⁇ab"})
    return path


def test_it_belongs_to_one_content(output):
    assert record.read_record(output)["variant"] == "vanilla"
    assert record.read_record(output)["sha256"] == record.sha256(output)
    for other in (b"CONTENT", b"longer content"):
        output.write_bytes(other)
        assert record.read_record(output) == {}


def test_a_path_that_is_no_text_can_be_recorded(output):
    """Python has the bytes of such a path as lone surrogates, which UTF-8 lacks."""
    record.write_record(output, {"eval_corpus": "caf\udce9.tsv é"})
    assert record.read_record(output)["eval_corpus"] == "caf\udce9.tsv é"


def test_what_is_no_record_is_as_good_as_none(output):
    path = output.with_name("out.json")
    for text in ("", "[1, 2]", "{", "[" * 10**5, '{"bytes": "x"}', "{}" + " " * 2**22):
        path.write_text(text)
        assert record.read_record(output) == {}
    path.write_bytes(b"\xff\xfe")
    assert record.read_record(output) == {}
    path.unlink()
    assert record.read_record(output) == {}
    assert record.sha256(None) is None


def test_a_mismatch_is_refused_and_silence_passes(output):
    says = "expected the corpus of its training, got one that also has 'c'; pass the wiki.txt"
    record.check_record(output, {"variant": "vanilla", "unheard of": 1})
    with pytest.raises(InputError, match=says):
        record.check_record(output, {"variant": "vanilla", "vocabulary": "□⁇abc"})


def test_what_a_new_file_replaces_is_said(output, capsys):
    about = {"eval_corpus_sha256": "1", "parameters_sha256": "2"}
    record.note_overwritten(output.with_name("new"), about)
    record.write_record(output, about | {"command": "python src/run.py evaluate"})
    record.note_overwritten(output, about)
    assert capsys.readouterr().out == ""
    record.note_overwritten(output, about | {"parameters_sha256": "3"})
    output.with_name("out.json").write_text(json.dumps({}))
    record.note_overwritten(output, about)
    assert capsys.readouterr().out.splitlines() == [
        f"replacing {output}, which came from: 'python src/run.py evaluate'",
        f"replacing {output}, of unknown origin (it has no record of its own)",
    ]


def test_the_record_of_a_file_that_is_read_through_a_link(output):
    link = output.with_name("link")
    link.symlink_to("out")
    assert record.read_record(link)["variant"] == "vanilla"
    output.with_name("out.json").rename(output.with_name("link.json"))
    assert record.read_record(link)["variant"] == "vanilla"
    record.write_record(link, {"variant": "rope"})
    assert record.read_record(output)["variant"] == "rope"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_pipe_is_no_record(output):
    """Opening it would wait for a writer."""
    path = output.with_name("out.json")
    path.unlink()
    os.mkfifo(path)
    assert record.read_record(output) == {}
