"""Files of parameters and other tensors, written whole, read with clear errors.

torch is imported inside functions: a command's --help needs none.
"""

import io
import os
import re
import sys
import warnings
import zipfile
from contextlib import suppress

from support.errors import InputError
from support.files import atomic_write


def save_tensors(path, content):
    """torch.save, written whole: made in memory first, so that a full disk is an OSError."""
    import torch

    buffer = io.BytesIO()
    torch.save(content, buffer)
    with atomic_write(path) as temporary, open(temporary, "wb") as file:
        file.write(buffer.getbuffer())


def read_tensors(path, most, kind="a parameter file"):
    """What torch.save wrote to a file, on the CPU; nothing in it is executed (`weights_only`).

    A file that has, or unpacks to, more than `most` bytes is refused before it is read, and one
    whose checksums are wrong before it is used.
    """
    import torch

    warned = []
    try:
        with open(path, "rb") as file:
            size = _unpacked(file)
    except OSError as error:
        raise InputError(
            f"{path}: expected {kind}, got: {error.strerror}; check the path"
        ) from None
    if size > most:
        raise InputError(
            f"{path}: expected {kind} of at most {most:,} bytes, got {size:,};"
            " name a file of this model"
        )
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if (damaged := archive.testzip()) is not None:
                    raise ValueError(f"{damaged} has changed since it was written")
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")  # of the pickle protocol: several times, kept here
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises what its readers raise: five kinds or more
        if newer := re.search(r"pickle protocol ([4-9])", " ".join(str(w.message) for w in warned)):
            raise InputError(
                f"{path}: expected {kind} in pickle protocol 2, got protocol {newer[1]}, which"
                " torch reads only by executing the file; save it again, without pickle_protocol"
            ) from None
        raise InputError(
            f"{path}: expected {kind} that torch.save wrote, got something else or a part"
            f" of one ({type(error).__name__}); name another file"
        ) from None


def _unpacked(file):
    """Bytes of a file, or of all that is in it if it is a zip file and they are more."""
    size = os.fstat(file.fileno()).st_size
    with suppress(Exception), zipfile.ZipFile(file) as archive:  # a broken one is refused later
        return max(size, sum(entry.file_size for entry in archive.filelist))
    return size


def check_tensors(path, expected, got, mend):
    """Refuse tensors by name, `got`, if they are not as `expected`: in names, shapes, types; or if
    their values are not finite. `mend` ends the message about names and shapes.
    """
    import torch

    for name in [*expected, *got]:
        shapes = [
            tuple(tensors[name].shape) if name in tensors else "no such tensor"
            for tensors in (expected, got)
        ]
        if shapes[0] != shapes[1]:
            raise InputError(f"{path}: {name}: expected {shapes[0]}, got {shapes[1]}; {mend}")
        kinds = [(tensors[name].dtype, tensors[name].layout) for tensors in (expected, got)]
        if kinds[0] != kinds[1] or got[name].device.type != "cpu":
            want, have = (" ".join(str(part)[6:] for part in kind) for kind in kinds)  # no "torch."
            raise InputError(
                f"{path}: {name}: expected {want} values, got {have} on {got[name].device};"
                " convert the file"
            )
        if not torch.isfinite(got[name]).all():
            raise InputError(
                f"{path}: {name}: expected finite values, got nan or infinity; the run that wrote"
                " them went astray: use another file"
            )


def size_of(tensors):
    """Bytes of the values of tensors by name."""
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())


# ------------------------------------------------------------------------------------- parameters


def save_parameters(model, path):
    """Write a plain state_dict, from any device, that any solution of the assignment can load."""
    state = model.state_dict()
    plain = plain_names(state)
    save_tensors(path, {plain[name]: tensor.detach().cpu() for name, tensor in state.items()})


def load_parameters(model, path):
    """Load a state_dict into the model, on the model's device; names and shapes must be equal.

    What wrappers put into names is taken out (see plain_names), with a line that says so. Nothing
    in the file is executed, nothing far larger than the model is read, and the model is unchanged
    if the file is refused.
    """
    ours = plain_names(model.state_dict())
    expected = {ours[name]: tensor for name, tensor in model.state_dict().items()}
    state = read_tensors(path, 4 * size_of(expected) + 2**20)
    if not isinstance(state, dict) or not are_named_tensors(state):
        what, mend = type(state).__name__, "save model.state_dict()"
        if isinstance(state, dict) and "checkpoint" in state:
            what = "the checkpoint of an unfinished run"
            mend = "run its command again with --resume, and name the parameters"
        raise InputError(f"{path}: expected a state_dict (tensors by name), got {what}; {mend}")
    plain = plain_names(state)
    if any(name != plain[name] for name in state):
        note = f"note: {path}: names have module. or _orig_mod. in them: read without it"
        print(note, file=sys.stderr)
        state = {plain[name]: tensor for name, tensor in state.items()}
    state = with_our_masks(state, expected)
    check_tensors(
        path,
        expected,
        state,
        "the file is of another variant or another pretraining corpus, or its variant's options"
        " are others: give the same ones as in training",
    )
    for name, mask in expected.items():
        if name.rpartition(".")[2] == "mask" and (state[name] != mask.cpu()).any():
            raise InputError(
                f"{path}: {name}: expected a causal mask, got another; the file is of a model that"
                " reads other positions: name another file"
            )
    model.load_state_dict({name: state[plain] for name, plain in ours.items()})


def sizes_in(path, head_width):
    """{n_layer, n_embd, n_head} of a parameter file's model, as its names and shapes tell them.

    n_head is in the shapes of the synthesizer alone; else heads have `head_width`. {} if the file
    cannot be read, or is none of a GPT: load_parameters says so. Values are not read.
    """
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # load_parameters tells them
            state = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        names = plain_names(state)
        state = {names[name]: tensor for name, tensor in state.items()}
        layers = [re.match(r"blocks\.(\d+)\.", name) for name in state]
        width = state["tok_emb.weight"].size(1)
        n_layer = 1 + max(int(found[1]) for found in layers if found)
        w2 = state.get("blocks.0.attn.w2")
        heads = width // (head_width if w2 is None else w2.size(0))
    except Exception:  # whatever torch's readers raise, and names and shapes of something else
        return {}
    return {"n_layer": n_layer, "n_embd": width, "n_head": max(1, heads)}


def with_our_masks(state, expected):
    """The state with the masks of `expected` where it has none, or equal ones of another kind.

    A causal mask is no parameter. Other solutions leave it out, keep it as booleans, or call it by
    another name in the same module.
    """
    state = dict(state)
    for name in [name for name in expected if name.rpartition(".")[2] == "mask"]:
        module = name.removesuffix("mask")
        inside = [other for other in state if other.rpartition(".")[0] + "." == module]
        found = [other for other in inside if is_causal(state[other], expected[name].size(-1))]
        if all(other == name or other not in expected for other in found):
            for other in found:
                del state[other]
            state.setdefault(name, expected[name].cpu())
    return state


def is_causal(tensor, size):
    """Whether a tensor (…, size, size) is a causal mask: what may be read, what not, or a bias."""
    import torch

    plain = tensor.layout == torch.strided and tensor.device.type == "cpu"
    if not plain or tensor.is_quantized or tensor.is_complex() or tensor.ndim < 2:
        return False
    if tensor.shape != (*[1] * (tensor.ndim - 2), size, size):
        return False
    square = tensor.reshape(size, size).double()
    forms = (square, 1 - square, square.exp())  # 1 or True below; above; 0 and -∞, to be added
    return any(torch.equal(form, torch.ones_like(form).tril()) for form in forms)


def are_named_tensors(state):
    """Whether a dict holds tensors by name, and nothing else."""
    import torch

    kinds = (torch.Tensor, torch.nn.Parameter)
    return all(
        isinstance(name, str) and type(t) in kinds and not t.is_nested for name, t in state.items()
    )


def plain_names(names):
    """{name: the parameter's name without what torch.compile and wrappers put into it}.

    torch.compile puts _orig_mod. before what it has compiled, the model or a block. DataParallel
    puts module. before all names.
    """
    plain = {name: re.sub(r"(^|\.)_orig_mod\.", r"\1", name) for name in names}
    while plain and all(name.startswith("module.") for name in plain.values()):
        plain = {name: old.removeprefix("module.") for name, old in plain.items()}
    unique = len(set(plain.values())) == len(plain)
    return plain if unique else {name: name for name in names}
