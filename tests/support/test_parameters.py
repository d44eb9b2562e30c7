"""Parameter files: exact, both ways with other programs, and refused in one line."""

import os
import zipfile

import pytest
import torch
from conftest import tiny

import textbook
from model import GPT, GPTConfig
from support import parameters
from support.errors import InputError


def test_parameters_round_trip(tmp_path, variant):
    model, path = tiny(variant), tmp_path / "p.params"
    parameters.save_parameters(model, path)
    other = tiny(variant)
    torch.nn.init.zeros_(other.head.weight)
    parameters.load_parameters(other, path)
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
    parameters.save_parameters(model, "good")
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
            parameters.load_parameters(model, name)
    torch.save([1, 2], "list")
    torch.save({"pos_emb": 3}, "numbers")
    for name in ("list", "numbers"):
        with pytest.raises(InputError, match=f"{name}: expected a state_dict"):
            parameters.load_parameters(model, name)
    state = model.state_dict()
    missing = {name: tensor for name, tensor in state.items() if name != "ln_f.bias"}
    torch.save(missing, "missing")
    torch.save(state | {"extra": torch.zeros(2)}, "extra")
    says = {"missing": r"ln_f.bias: expected \(15,\), got no such tensor"}
    says["extra"] = r"extra: expected no such tensor, got \(2,\)"
    for name, text in says.items():
        with pytest.raises(InputError, match=text):
            parameters.load_parameters(model, name)
    with pytest.raises(InputError, match="No such file"):
        parameters.load_parameters(model, "nowhere")
    assert not os.path.exists("executed")
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_files_with_prefixes_load_and_say_so(tmp_path, capsys):
    model, path = tiny(), tmp_path / "p"
    for prefix in ("module.", "_orig_mod.", "_orig_mod.module."):
        torch.save({f"{prefix}{name}": t for name, t in model.state_dict().items()}, path)
        other = tiny()
        torch.nn.init.zeros_(other.head.weight)
        parameters.load_parameters(other, path)
        assert torch.equal(other.head.weight, model.head.weight)
        says = f"note: {path}: names have module. or _orig_mod. in them: read without it\n"
        assert capsys.readouterr() == ("", says)
    torch.save(model.state_dict() | {"module.pos_emb": model.pos_emb.detach()}, path)
    with pytest.raises(InputError, match="module.pos_emb: expected no such tensor"):
        parameters.load_parameters(model, path)


def test_files_that_would_do_harm_are_refused(tmp_path, monkeypatch):
    model, path = tiny(), tmp_path / "p"
    state = model.state_dict()
    huge = torch.zeros(1, dtype=torch.float64).expand(10**6, 10**6)  # eight bytes in the file
    cases = {
        r"head.weight: expected \(11, 15\), got \(1000000, 1000000\)": {"head.weight": huge},
        "expected float64 strided values, got float16": {"pos_emb": state["pos_emb"].half()},
        "got float64 sparse_coo on cpu": {"pos_emb": state["pos_emb"].to_sparse()},
        "got float64 strided on meta": {"pos_emb": state["pos_emb"].to("meta")},
        "expected finite values, got nan": {"ln_f.bias": state["ln_f.bias"] / 0},
        "got the checkpoint of an unfinished run; run its command again": {"checkpoint": 1},
    }
    for says, change in cases.items():
        torch.save(state | change, path)
        with pytest.raises(InputError, match=says):
            parameters.load_parameters(model, path)
    torch.save(torch.zeros(10**6), path)
    with monkeypatch.context() as patch:
        patch.setattr(torch, "load", None)  # it is not read
        with pytest.raises(InputError, match="expected a parameter file of at most 1,.* got 4,"):
            parameters.load_parameters(model, path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("archive/data.pkl", bytes(10**7))
    with pytest.raises(InputError, match="at most 1,.* bytes, got 10,000,000"):
        parameters.load_parameters(model, path)
    assert path.stat().st_size < 10**5


def test_a_changed_byte_is_noticed(tmp_path):
    model, path = tiny(), tmp_path / "p"
    parameters.save_parameters(model, path)
    raw = bytearray(path.read_bytes())
    at = raw.index(model.pos_emb.detach().numpy().tobytes()) + 5
    raw[at] ^= 1
    path.write_bytes(raw)
    with pytest.raises(InputError, match="expected a parameter file that torch.save wrote"):
        parameters.load_parameters(model, path)


def test_a_file_of_a_gpu_loads_on_a_cpu(tmp_path, monkeypatch):
    model, path = tiny(), tmp_path / "p"
    with monkeypatch.context() as patch:
        patch.setattr(torch.serialization, "location_tag", lambda storage: "cuda:0")
        torch.save(model.state_dict(), path)
    assert b"cuda:0" in path.read_bytes()
    parameters.load_parameters(tiny(), path)


def test_parameter_files_go_both_ways_with_the_textbook(tmp_path, variant):
    sizes = dict(vocab_size=23, block_size=14, n_layer=2, n_head=3, n_embd=15, variant=variant)
    ours, theirs = GPT(GPTConfig(**sizes)), textbook.GPT(textbook.Config(**sizes))
    path = tmp_path / "p"
    parameters.save_parameters(ours, path)
    theirs.load_state_dict(torch.load(path, weights_only=True), strict=True)
    for name, tensor in theirs.state_dict().items():
        assert torch.equal(tensor, ours.state_dict()[name])
    theirs = textbook.GPT(textbook.Config(**sizes))
    torch.save(theirs.state_dict(), path)
    parameters.load_parameters(ours, path)
    for name, tensor in ours.state_dict().items():
        assert torch.equal(tensor, theirs.state_dict()[name])


FORMS = ["left out", "boolean", "integers", "another name", "a square", "what not", "a bias"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("variant", ["vanilla", "synthesizer"])
def test_masks_of_other_solutions(tmp_path, variant, form):
    """They are no parameters: whatever way a file has them, the parameters are read."""
    model, other = tiny(variant), tiny(variant, n_layer=2)
    state = {}
    for name, tensor in model.state_dict().items():
        if not name.endswith("attn.mask"):
            state[name] = tensor
        elif form in ("boolean", "integers"):
            state[name] = tensor > 0 if form == "boolean" else tensor.long()
        elif form == "another name":
            state[name.replace("mask", "tril")] = tensor
        elif form == "a square":
            state[name] = tensor[0, 0]
        elif form == "what not":
            state[name] = tensor == 0
        elif form == "a bias":
            state[name] = tensor.log()
    torch.save(state, tmp_path / "p")
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.zero_()
    parameters.load_parameters(other, tmp_path / "p")
    for name, tensor in other.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name]), name


def test_a_mask_that_is_not_causal_is_refused(tmp_path):
    model = tiny()
    state = model.state_dict()
    state["blocks.0.attn.mask"] = torch.ones(1, 1, 14, 14) > 0
    torch.save(state, tmp_path / "p")
    with pytest.raises(InputError, match="blocks.0.attn.mask: expected float64 .*got bool"):
        parameters.load_parameters(model, tmp_path / "p")
    state["blocks.0.attn.mask"] = torch.ones(1, 1, 14, 14, dtype=torch.float64)
    torch.save(state, tmp_path / "p")
    with pytest.raises(InputError, match="blocks.0.attn.mask: expected a causal mask, got another"):
        parameters.load_parameters(model, tmp_path / "p")
    assert torch.equal(model.blocks[0].attn.mask[0, 0], torch.ones(14, 14).double().tril())


ODD_MASKS = {
    "sparse": lambda mask: mask.to_sparse(),
    "on meta": lambda mask: mask.to("meta"),
    "empty": lambda mask: mask[:0],
    "of another size": lambda mask: mask[..., :8, :8],
    "complex": lambda mask: mask.to(torch.complex64),
}


@pytest.mark.parametrize("odd", ODD_MASKS)
def test_odd_masks_are_refused_in_one_line(tmp_path, odd):
    model = tiny()
    state = dict(model.state_dict())
    state["blocks.0.attn.mask"] = ODD_MASKS[odd](state["blocks.0.attn.mask"])
    torch.save(state, tmp_path / "p")
    with pytest.raises(InputError):
        parameters.load_parameters(model, tmp_path / "p")


def test_what_wrappers_put_into_names_is_neither_written_nor_needed(tmp_path):
    """The model as a whole, or a block, compiled or in DataParallel: the file is a plain one."""
    plain, path = tiny().state_dict(), tmp_path / "p"

    def block_compiled():
        model = tiny()
        model.blocks[1] = torch.compile(model.blocks[1], backend="eager")
        return model

    for wrapped in (
        torch.compile(tiny(), backend="eager"),
        torch.nn.DataParallel(tiny()),
        torch.compile(torch.nn.DataParallel(tiny()), backend="eager"),
        torch.nn.DataParallel(torch.compile(tiny(), backend="eager")),
        block_compiled(),
    ):
        assert wrapped.state_dict().keys() != plain.keys()
        parameters.save_parameters(wrapped, path)
        state = torch.load(path, weights_only=True)
        assert list(state) == list(plain)
        assert all(torch.equal(state[name], tensor) for name, tensor in plain.items())
        with torch.no_grad():
            for parameter in wrapped.parameters():
                parameter.zero_()
        parameters.load_parameters(wrapped, path)
        values = wrapped.state_dict().values()
        assert all(map(torch.equal, values, plain.values()))
        torch.save(wrapped.state_dict(), path)  # as others' code does
        parameters.load_parameters(tiny(), path)


def test_names_that_would_become_one_stay_as_they_are(tmp_path):
    class Two(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.part = torch.nn.Linear(1, 1)
            self._orig_mod = torch.nn.ModuleDict({"part": torch.nn.Linear(1, 1)})
            self.module = torch.nn.Linear(1, 1)

    model = Two()
    parameters.save_parameters(model, tmp_path / "p")
    assert torch.load(tmp_path / "p", weights_only=True).keys() == model.state_dict().keys()
    parameters.load_parameters(model, tmp_path / "p")


@pytest.mark.parametrize("as_zip", [True, False])
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_other_pickle_protocols_are_read_or_named(tmp_path, protocol, as_zip):
    """Without a warning, which is an error in these tests."""
    path, model = tmp_path / "p", tiny()
    how = dict(pickle_protocol=protocol, _use_new_zipfile_serialization=as_zip)
    torch.save(model.state_dict(), path, **how)
    if protocol < 4:
        parameters.load_parameters(model, path)
        return
    with pytest.raises(InputError, match=f"in pickle protocol 2, got protocol {protocol}, which"):
        parameters.load_parameters(model, path)
