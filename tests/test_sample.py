"""Text from a model: continued, filled, drawn again alike, and what is refused."""

import os

import pytest
import torch
from conftest import CORPUS, PEOPLE, biography, tiny

import ask
import sample
import utils
from cli import loading
from dataset import CharCorruptionDataset
from model import GPT, GPTConfig

VOCABULARY = len(set(CORPUS)) + 2


def loud(model, scale=30.0):
    """The model with larger head weights: some characters are now far likelier than others."""
    with torch.no_grad():
        model.head.weight.mul_(scale)
    return model


@pytest.fixture
def params(world):
    torch.manual_seed(3)
    path = world.folder / "some.params"
    torch.save(loud(GPT(GPTConfig(VOCABULARY, 128))).state_dict(), path)
    return path


@pytest.fixture
def lines(world, params, capsys):
    """The lines that sample.py prints for some arguments."""

    def call(*more):
        capsys.readouterr()
        argv = ["vanilla", world.wiki, "--reading_params_path", params, *more]
        sample.main([str(word) for word in argv])
        out = capsys.readouterr().out
        assert out.endswith("\n")
        return out[:-1].split("\n")

    return call


def test_a_text_is_continued(lines):
    drawn = lines("Bo Lind. ", "--samples", 130, "--length", 9)
    assert len(drawn) == 130 and len(set(drawn)) > 50
    assert all(line.startswith("Bo Lind. ") and len(line) <= 18 for line in drawn)
    assert not any(char in line for line in drawn for char in "□⁇")


def test_a_gap_is_filled(lines):
    for text in ("Bo Lind. Born in ⁇ in May.", "Bo Lind. Born in ⁇"):
        before, after = text.split("⁇")
        (line,) = lines(text, "--length", 7)
        assert line.startswith(before) and line.endswith(after) and "⁇" not in line
        assert len(line) <= len(text) - 1 + 7


def test_the_seed_decides_what_is_drawn(lines):
    assert lines("Bo") == lines("Bo", "--seed", 224) != lines("Bo", "--seed", 1)


@pytest.mark.parametrize("flags", [["--help"], ["Bo", "--samples", "2"]])
def test_nobody_reads_on(world, params, monkeypatch, flags):
    """As ask.py: a run that only prints ends quietly when its pipe is closed."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed, pytest.raises(SystemExit) as stop:
        monkeypatch.setattr("sys.stdout", closed)
        sample.main(["vanilla", str(world.wiki), "--reading_params_path", str(params), *flags])
    assert stop.value.code == 141


def test_the_likeliest_text_is_asks_answer(world, params, lines, capsys):
    text = "Bo Lind. Born in ⁇"
    likeliest = lines(text, "--temperature", 0)
    assert likeliest == lines(text, "--top_k", 1) == lines(text, "--temperature", 0.01)
    ask.main(["vanilla", str(world.wiki), "--reading_params_path", str(params), text])
    answer = capsys.readouterr().out.split("\n")[1][2:]
    filled = likeliest[0].removeprefix(text[:-1])
    assert filled.strip() and answer.startswith(filled.rstrip())


def test_a_model_that_has_learnt_its_lines_continues_them(world, monkeypatch, capsys):
    """In place of training: the next character depends on the one before, as in one line."""
    line = biography(*PEOPLE[1])
    corpus = CharCorruptionDataset(CORPUS, 128)
    ids = [corpus.stoi[char] for char in line]

    class Reciter(torch.nn.Module):
        context = 128

        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(1))

        def new_cache(self, batch, room, beginning):
            return [type("Cache", (), {"lengths": torch.zeros(batch, dtype=torch.int64)})()]

        def forward(self, idx, cache=None):
            seen = cache[0].lengths + torch.arange(1, idx.size(1) + 1)[:, None]  # (t, B)
            cache[0].lengths += idx.size(1)
            following = torch.tensor([*ids[1:], corpus.stoi["\n"]])[seen - 1]  # (t, B)
            return 50 * torch.nn.functional.one_hot(following.T, corpus.vocab_size).float(), None

    monkeypatch.setattr(loading, "build", lambda source, say: (Reciter(), corpus))
    argv = ["vanilla", str(world.wiki), "--reading_params_path", str(world.wiki), line[:9]]
    sample.main(argv)
    assert capsys.readouterr().out == line + "\n"  # to the line break


@pytest.mark.parametrize("temperature", (0.5, 2.0))
def test_characters_are_drawn_with_their_probabilities(temperature):
    """Frequencies of the first new token, against the softmax without the excluded ones."""
    model = loud(tiny(), 3.0)
    x = torch.tensor([[4, 7, 2]])
    logits = model(x)[0][0, -1]
    expected = (logits / temperature).softmax(-1)
    expected[[1, 5]] = 0
    expected /= expected.sum()
    torch.manual_seed(0)
    drawn = utils.sample(model, x.repeat(4000, 1), 1, temperature, sample=True, never=(1, 5))[:, 3]
    found = drawn.bincount(minlength=11) / 4000
    assert found[[1, 5]].tolist() == [0, 0]
    assert (found - expected).abs().max() < 4 * 0.5 / 4000**0.5


@pytest.mark.parametrize(
    "more, says",
    [
        (["Bo ☃"], "the text: expected characters of the pretraining corpus, got '☃'"),
        ([""], "the text: expected characters of the pretraining corpus, got none"),
        (["⁇ born in ⁇"], "the text: expected one ⁇ at most, got 2"),
        (["B" * 128 + "⁇"], "the text: expected at most 127 characters, got 128"),
        (["Bo", "--temperature", "-1"], "expected 0 or a number from 0.01 to 100, got '-1'"),
        (["Bo", "--temperature", "nan"], "expected 0 or a number from 0.01 to 100, got 'nan'"),
        (["Bo", "--temperature", "1e-9"], "expected 0 or a number from 0.01 to 100, got '1e-9'"),
        (["Bo", "--temperature", "0", "--samples", "2"], "--temperature 0: expected neither"),
        (["Bo", "--top_k", "0"], "expected a whole number from 1 up, got '0'"),
        (["Bo", "--samples", "0"], "expected a whole number from 1 up, got '0'"),
        (["Bo", "--length", "0"], "expected a whole number from 1 up, got '0'"),
        (["Bo", "Eve"], "unrecognized arguments: Eve"),
    ],
)
def test_bad_input_is_one_line(world, params, refused, more, says):
    argv = ["vanilla", world.wiki, "--reading_params_path", params, *more]
    said = refused(*argv, main=sample.main)
    assert said.startswith("sample.py: error: ") and says in said
