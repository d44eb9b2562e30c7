"""Texts as people's editors save them, and files that are written whole or not at all."""

import os
import stat

import pytest
import torch
from conftest import tiny

import files
from errors import InputError
from model import GPT, GPTConfig


@pytest.mark.parametrize(
    "raw", [b"one\ntwo\n", b"one\r\ntwo\r\n", b"\xef\xbb\xbfone\ntwo\n", b"one\rtwo\n"]
)
def test_line_ends_and_byte_order_marks(tmp_path, raw):
    path = tmp_path / "text"
    path.write_bytes(raw)
    assert files.read_text(path) == "one\ntwo\n"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "got an empty file"),
        (b"\n\n", "got an empty file"),
        (b"caf\xe9\n", "expected UTF-8 text, got the byte 0xe9 at offset 3"),
    ],
)
def test_texts_that_are_none(tmp_path, raw, says):
    path = tmp_path / "text"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=says):
        files.read_text(path)
    with pytest.raises(InputError, match="Is a directory"):
        files.read_text(tmp_path)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "kept"
    path.write_text("old")
    with pytest.raises(RuntimeError), files.written_whole(path) as temporary:
        with open(temporary, "w") as file:
            file.write("half of the ne")
        raise RuntimeError
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["kept"]
    files.write_text(path, "new é\n")
    assert path.read_bytes() == "new é\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) & 0o600 == 0o600


def test_parameters_round_trip(tmp_path, variant):
    model, path = tiny(variant), tmp_path / "p.params"
    files.save_parameters(model, path)
    other = tiny(variant)
    torch.nn.init.zeros_(other.head.weight)
    files.load_parameters(other, path)
    state = torch.load(path, weights_only=True)
    assert state.keys() == model.state_dict().keys()
    assert all(torch.equal(state[name], tensor) for name, tensor in other.state_dict().items())


def test_names_and_shapes_are_the_assignments():
    want = {"tok_emb.weight": (256, 256), "pos_emb": (1, 128, 256), "head.weight": (256, 256)}
    want |= {"ln_f.weight": (256,), "ln_f.bias": (256,)}
    parts = {"ln1": (256,), "ln2": (256,), "mlp.0": (1024, 256), "mlp.2": (256, 1024)}
    attn = {"vanilla": ("key", "query", "value", "proj"), "synthesizer": ("w1", "value", "proj")}
    for variant, count in (("vanilla", 3323392), ("synthesizer", 3076988)):
        model = GPT(GPTConfig(256, 128, variant=variant))
        shapes = dict(want)
        for n in range(4):
            layers = parts | {f"attn.{name}": (256, 256) for name in attn[variant]}
            for name, shape in layers.items():
                shapes[f"blocks.{n}.{name}.weight"] = shape
                shapes[f"blocks.{n}.{name}.bias"] = shape[:1]
            shapes[f"blocks.{n}.attn.mask"] = (1, 1, 128, 128)
            if variant == "synthesizer":
                shapes[f"blocks.{n}.attn.w2"] = (32, 127)
                shapes[f"blocks.{n}.attn.b2"] = (127,)
        state = model.state_dict()
        assert {name: tuple(tensor.shape) for name, tensor in state.items()} == shapes
        assert model.num_parameters() == count
        assert torch.equal(state["blocks.3.attn.mask"][0, 0], torch.ones(128, 128).tril())


def test_initial_values():
    torch.manual_seed(0)
    state = GPT(GPTConfig(256, 128, variant="synthesizer")).state_dict()
    for name in (
        "tok_emb.weight",
        "head.weight",
        "blocks.1.mlp.0.weight",
        "blocks.2.attn.w1.weight",
    ):
        assert abs(state[name].mean()) < 1e-3 and abs(state[name].std() - 0.02) < 1e-3, name
    zeros = (
        "pos_emb",
        "blocks.0.attn.b2",
        "blocks.0.attn.w1.bias",
        "blocks.3.mlp.2.bias",
        "ln_f.bias",
    )
    assert not any(state[name].any() for name in zeros)
    assert (state["blocks.2.ln1.weight"] == 1).all()
    w2 = state["blocks.0.attn.w2"]
    assert 0.9e-3 < w2.max() <= 1e-3 and -1e-3 <= w2.min() < -0.9e-3


class Evil:
    def __reduce__(self):
        return os.mkdir, ("executed",)


def test_files_that_are_no_parameters_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = tiny()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    files.save_parameters(model, "good")
    with open("good", "rb") as file:
        whole = file.read()
    cases = {
        "truncated": whole[: len(whole) // 2],
        "empty": b"",
        "text": b"no parameters at all",
    }
    for name, raw in cases.items():
        with open(name, "wb") as file:
            file.write(raw)
    torch.save(Evil(), "evil")
    for name in ("evil", *cases):
        with pytest.raises(InputError, match=f"{name}: expected a parameter file that torch.save"):
            files.load_parameters(model, name)
    torch.save([1, 2], "list")
    torch.save({"pos_emb": 3}, "numbers")
    for name in ("list", "numbers"):
        with pytest.raises(InputError, match=f"{name}: expected a state_dict"):
            files.load_parameters(model, name)
    state = model.state_dict()
    missing = {name: tensor for name, tensor in state.items() if name != "ln_f.bias"}
    torch.save(missing, "missing")
    torch.save(state | {"extra": torch.zeros(2)}, "extra")
    says = {"missing": r"ln_f.bias: expected \(15,\), got no such tensor"}
    says["extra"] = r"extra: expected no such tensor, got \(2,\)"
    for name, text in says.items():
        with pytest.raises(InputError, match=text):
            files.load_parameters(model, name)
    with pytest.raises(InputError, match="No such file"):
        files.load_parameters(model, "nowhere")
    assert not os.path.exists("executed")
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
