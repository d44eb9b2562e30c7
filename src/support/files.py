"""Files, read with clear errors, and written whole or not at all.

torch is imported only where parameters are read or written: the rest works without it.
"""

import codecs
import hashlib
import io
import os
import re
import tempfile
import time
import warnings
import zipfile
from contextlib import contextmanager, suppress

from support.errors import InputError
from support.paths import real_path

BLOCK = 2**21  # bytes of a text that are decoded at once
POLL_SECONDS = 0.1  # between looks at a lock that another process has


def read_text(path):
    """The text of a UTF-8 file, every line ending as one '\n', without byte order marks.

    Files that were joined have such marks in the middle too.
    """
    return "".join(read_blocks(path))


def read_blocks(path):
    """Yield the text that `read_text` returns, in blocks."""
    utf8, empty, n_bytes, end = codecs.getincrementaldecoder("utf-8-sig")(), True, 0, ""
    try:
        with open(path, "rb") as file:
            while raw := file.read(BLOCK):
                n_bytes += len(raw)
                block = end + utf8.decode(raw)
                end = "\r" * block.endswith("\r")  # of half a line end, perhaps
                block = block.removesuffix(end).replace("\r\n", "\n").replace("\r", "\n")
                block = block.replace("\ufeff", "")
                empty = empty and not block.strip()
                yield block
        yield utf8.decode(b"", final=True) + end.replace("\r", "\n")
    except UnicodeDecodeError as error:
        offset = n_bytes - len(error.object) + error.start
        raise InputError(
            f"{path}: expected UTF-8 text, got the byte 0x{error.object[error.start]:02x} at offset"
            f" {offset}; save the file as UTF-8"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: no file can have this name
        shown = path if str(path).isprintable() else ascii(path)
        got = getattr(error, "strerror", "no name of a file")
        raise InputError(
            f"{shown}: expected a readable text file, got: {got}; check the path"
        ) from None
    if empty:
        raise InputError(f"{path}: expected text, got an empty file; check the path")


def sha256(path):
    """The file's SHA-256 in hex; None for no path."""
    if path is None:
        return None
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ------------------------------------------------------------------------------------ whole files


@contextmanager
def atomic_write(path):
    """A path to write to that becomes `path` when the block ends, and vanishes if it fails.

    The content is on the disk before it takes the name, so that a crash or a power cut leaves the
    old file or the new one. A full disk or a folder that takes no files is an InputError.
    """
    folder, name = os.path.split(os.path.realpath(path))  # a link stays, its target changes
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.", suffix=".tmp")
        os.close(handle)
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)  # mkstemp's own mode lets nobody else read
        _to_disk(temporary, os.O_RDWR)
        os.replace(temporary, os.path.join(folder, name))
        temporary = None
        if os.name != "nt":  # where a folder cannot be opened
            with suppress(OSError):  # some network file systems cannot do it; the file is whole
                _to_disk(folder, os.O_RDONLY)
    except OSError as error:
        raise not_written(path, error) from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)


def not_written(path, error):
    """The InputError of an OSError that kept a file from being written."""
    return InputError(
        f"{path}: expected to write this file, got: {error.strerror or error}; what was there"
        " is unchanged: make room, or name another folder"
    )


def _to_disk(path, flags):
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_leftovers(path):
    """Remove the temporary files that killed writers of `path` left; no writer may be at work."""
    folder, name = os.path.split(os.path.realpath(path))
    for other in os.listdir(folder):
        if re.fullmatch(re.escape(f".{name}.") + r"[a-z0-9_]{8}\.tmp", other):
            with suppress(OSError):
                os.unlink(os.path.join(folder, other))


def write_text(path, text):
    """Write UTF-8 text, with '\\n' at line ends on every platform."""
    with (
        atomic_write(path) as temporary,
        open(temporary, "w", encoding="utf-8", newline="\n") as file,
    ):
        file.write(text)


@contextmanager
def locked(path, wait=False):
    """Refuse to run while another process has `path` locked, by this name or through a link.

    With `wait`, run when that process has let go of it. The system holds the lock, on PATH.lock,
    and lets go of it however the process ends: a lock file that a killed run left is taken over.
    Where the file system has no locks, nothing is refused.
    """
    lock = f"{real_path(path)}.lock"
    other = f"{lock}: expected no file, or one that a run left, got another; name another path"
    if os.path.islink(lock):
        raise InputError(other)
    file, free = _open_lock(lock)
    while wait and not free:
        file.close()
        time.sleep(POLL_SECONDS)
        file, free = _open_lock(lock)
    with file:
        file.seek(0)
        holder = file.read(20).strip()
        if not free:
            raise InputError(
                f"{path}: expected no other run to write it, got one at work (process"
                f" {holder or 'unknown'}); wait for it, or name another path"
            )
        if holder and not holder.isdecimal():
            raise InputError(other)
        try:
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield
        finally:
            with suppress(OSError):  # Windows removes no open file; left there it does no harm
                os.unlink(lock)


def _open_lock(lock):
    """The open lock file, and whether this process has its lock."""
    while True:
        try:
            file = open(lock, "a+", encoding="utf-8", errors="replace")  # noqa: SIM115
        except OSError as error:
            raise InputError(
                f"{lock}: expected to write this file, got: {error.strerror}; name another folder"
            ) from None
        if not _try_lock(file):
            return file, False
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), os.stat(lock)):
                return file, True
        file.close()  # its owner has just removed it: make a new one


def _try_lock(file):
    """Whether this process has the lock now; True also where there are none to have."""
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(2**20)  # beyond the text: Windows forbids reading what is locked
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        pass
    return True


# ------------------------------------------------------------------------------- files of tensors


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
        what = type(state).__name__
        if isinstance(state, dict) and "checkpoint" in state:
            what = "the checkpoint of a run, which --resume continues"
        raise InputError(
            f"{path}: expected a state_dict (tensors by name), got {what}; save model.state_dict()"
        )
    plain = plain_names(state)
    if any(name != plain[name] for name in state):
        print(f"{path}: names have module. or _orig_mod. in them: read without it")
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
