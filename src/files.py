"""Files, read with clear errors, and written whole or not at all.

torch is imported only where parameters are read or written: the rest works without it.
"""

import os
import tempfile
from contextlib import contextmanager

from errors import InputError


def read_text(path):
    """The text of a UTF-8 file, without a byte order mark, every line ending as one '\\n'."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read()
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: expected UTF-8 text, got the byte 0x{error.object[error.start]:02x} at offset"
            f" {error.start}; save the file as UTF-8"
        ) from None
    except OSError as error:
        raise InputError(
            f"{path}: expected a readable text file, got: {error.strerror}; check the path"
        ) from None
    if not text.strip():
        raise InputError(f"{path}: expected text, got an empty file; check the path")
    return text


@contextmanager
def written_whole(path):
    """A path to write to that becomes `path` when the block ends, and vanishes if it fails."""
    folder, name = os.path.split(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
    os.close(handle)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)  # mkstemp's own mode lets nobody else read
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def write_text(path, text):
    """Write UTF-8 text, with '\\n' at line ends on every platform."""
    with (
        written_whole(path) as temporary,
        open(temporary, "w", encoding="utf-8", newline="\n") as file,
    ):
        file.write(text)


def save_parameters(model, path):
    """Write a plain state_dict, from any device, that any solution of the assignment can load."""
    import torch

    state = {name: tensor.detach().cpu() for name, tensor in model.state_dict().items()}
    with written_whole(path) as temporary:
        torch.save(state, temporary)


def load_parameters(model, path):
    """Load a state_dict into the model, on the model's device; names and shapes must be equal.

    Nothing in the file is executed (`weights_only`). The model is unchanged if the file is refused.
    """
    import torch

    try:
        with open(path, "rb"):
            pass  # torch.load reports its own troubles as OSError too; here it is the path's
    except OSError as error:
        raise InputError(
            f"{path}: expected a parameter file, got: {error.strerror}; check the path"
        ) from None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises what its readers raise: five kinds or more
        raise InputError(
            f"{path}: expected a parameter file that torch.save wrote, got something else or a part"
            f" of one ({type(error).__name__}); name another file"
        ) from None
    if not isinstance(state, dict) or not all(isinstance(t, torch.Tensor) for t in state.values()):
        raise InputError(
            f"{path}: expected a state_dict (tensors by name), got {type(state).__name__};"
            " save model.state_dict()"
        )
    expected, got = (
        {name: tuple(tensor.shape) for name, tensor in tensors.items()}
        for tensors in (model.state_dict(), state)
    )
    for name in [*expected, *got]:
        if expected.get(name) != got.get(name):
            raise InputError(
                f"{path}: {name}: expected {expected.get(name, 'no such tensor')}, got"
                f" {got.get(name, 'no such tensor')}; the file is of another variant or another"
                " pretraining corpus: give the same ones as in training"
            )
    model.load_state_dict(state)
