"""The picture of attention weights: what is drawn, and what is refused."""

import functools
import shutil
import sys

import pytest
import torch
from conftest import tiny

import attention_map
import model
import recipes
import run
from analysis.inside import weights_of


@pytest.fixture
def params(world):
    """A parameter file of each variant, as trained for no step."""

    def write(name):
        path = world.folder / f"{name}.params"
        run.main(
            ["pretrain", name, str(world.wiki), "--epochs", "0", "--device", "cpu"]
            + ["--writing_params_path", str(path)]
        )
        return path

    return write


def command(world, name, path, question="Where was Bo Lind born?", out="map.png"):
    argv = [name, world.wiki, "--reading_params_path", path, "--question", question]
    return [str(word) for word in (*argv, "--outputs_path", world.folder / out)]


@pytest.mark.parametrize("name", recipes.VARIANTS)
def test_panels_show_each_heads_weights(name):
    pytest.importorskip("matplotlib")
    model = tiny(name, n_embd=18, n_head=3)
    idx = torch.randint(11, (1, 9))
    weights = [layer[0] for layer in weights_of(model, idx)]
    assert [tuple(w.shape) for w in weights] == [(3, 9, 9)] * 2
    x = model.tok_emb(idx) + (0 if model.pos_emb is None else model.pos_emb[:, :9])
    first = model.blocks[0]
    assert torch.equal(weights[0], first.attn.attention_weights(first.ln1(x))[0])
    figure = attention_map.picture(weights, "Was\nBo? ⁇")
    assert len(figure.axes) == 6
    panel = figure.axes[4]
    assert panel.get_title() == "layer 2, head 2"
    for axis in (panel.xaxis, panel.yaxis):
        assert [label.get_text() for label in axis.get_ticklabels()] == list("Was⏎Bo?␣⁇")
    drawn = torch.as_tensor(panel.images[0].get_array())
    assert torch.allclose(drawn.square(), weights[1][1].clamp(min=0))


def test_a_picture_of_a_question(world, params, capsys, monkeypatch):
    pytest.importorskip("matplotlib")
    sizes = dict(n_layer=2, n_head=2, n_embd=16)
    small = functools.partial(model.GPTConfig, **sizes)
    monkeypatch.setattr(model, "GPTConfig", small)
    attention_map.main(command(world, "performer", params("performer")))
    out = (world.folder / "map.png").read_bytes()
    assert out.startswith(b"\x89PNG") and len(out) > 10000
    shown = capsys.readouterr().out
    assert "Where was Bo Lind born?⁇" in shown and "Picture written to" in shown


def test_bad_input_is_one_line(world, params, refused):
    pytest.importorskip("matplotlib")
    path = params("rope")
    copy = shutil.copy(path, world.folder / "in.png")
    for argv, says in (
        (command(world, "bigbird", path), "variant: expected that of its record, 'rope'"),
        (
            command(world, "rope", path, "Where was \u6f22 born?"),
            "--question, line 1: expected char",
        ),
        (command(world, "rope", path, out="no/map.png"), "expected an existing folder"),
        (command(world, "rope", path, out="map.pdf"), "expected a name that ends in .png"),
        (
            command(world, "rope", copy, out="in.png"),
            "expected a file of its own, got an input",
        ),
        (command(world, "rope", world.folder / "no"), "expected a file, got no such file"),
    ):
        line = refused(*argv, main=attention_map.main)
        assert line.startswith("attention_map.py: error: ") and says in line
    assert not list(world.folder.glob("map.*"))


def test_without_matplotlib_one_line_says_so(world, params, refused, monkeypatch):
    path = params("rope")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    line = refused(*command(world, "rope", path), main=attention_map.main)
    assert "error: argument --outputs_path: expected matplotlib, got none in " in line
    assert line.endswith("python -m pip install -r requirements-report.txt")
