"""The machine: its devices and their precisions, settings that make a CPU's work quicker and change
results by rounding alone, and the memory that was taken.
"""

import ctypes
import os
import sys

from support import torchrun
from support.errors import InputError, first_line

# mallopt's parameters, from glibc's malloc.h
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX, M_ARENA_MAX = -1, -2, -4, -8


def prepare_cpu():
    """To be called before torch is imported.

    Threads that wait for others soon sleep instead of spinning: on a machine that is shared
    (another run, a browser, a virtual machine's neighbours) two programs that spin slow one
    another down several times over. And memory that is freed stays with the process: by default
    glibc returns large blocks to the kernel, and the next operation pays for them page by page. All
    threads take it from one heap, since glibc returns the heaps of single threads all the same.
    What the user has set in the environment is respected.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # for the OpenMP of torch's Linux builds
    if any(name.startswith(("MALLOC_", "LD_PRELOAD")) for name in os.environ):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):  # another C library than glibc
        return
    mallopt(M_MMAP_MAX, 0)
    mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
    mallopt(M_TOP_PAD, 64 * 2**20)
    mallopt(M_ARENA_MAX, 1)


def prepare_products():
    """To be called before the first matrix product: let oneDNN compute float32 products on AMD.

    torch leaves them to Intel's MKL, which on AMD's processors with AVX-512 is slower than
    oneDNN, which torch has too (docs/log.md). Products go there if they may be rounded to bfloat16,
    which oneDNN does only where a processor has instructions that make it pay (AMX); elsewhere it
    computes in full float32. Whether it does is tested here before it is relied on.
    """
    import torch

    cpu = getattr(torch.cpu, "get_capabilities", dict)()  # not in every torch
    if not (cpu.get("cpu_name", "").startswith("AMD") and cpu.get("avx512_f")):
        return
    precision = torch.backends.mkldnn.matmul
    before = precision.fp32_precision
    precision.fp32_precision = "bf16"
    if not _products_are_exact():
        precision.fp32_precision = before


def pick_device(name):
    """The torch.device called `name`: auto takes cuda, else mps, else cpu.

    A GPU for which this torch has no kernels is of no use, so auto passes over it.
    """
    import torch

    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    wanted = available if name == "auto" else (name,)
    for device in filter(available.get, wanted):
        if device == "cuda" and torchrun.started():
            _take_own_gpu()
        try:
            torch.ones(1, device=device).add(1).item()
            return torch.device(device)
        except RuntimeError as error:
            if name != "auto":
                raise InputError(
                    f"--device {name}: expected a device that this torch can use, got:"
                    f" {first_line(error)}; use --device auto or cpu"
                ) from None
            note = f"note: {device} is there, but this torch cannot use it: {first_line(error)}"
            print(note, file=sys.stderr)
    raise InputError(
        f"--device {name}: expected such a device and a torch built for it, got none;"
        " use --device auto or cpu"
    )


def _take_own_gpu():
    """Make the GPU with this process's number the current one: torchrun numbers a machine's own."""
    import torch

    number, there = torchrun.number("LOCAL_RANK"), torch.cuda.device_count()
    if number >= there:
        raise InputError(
            f"--nproc_per_node: expected one process a GPU, {there} at most, got"
            f" {torchrun.number('LOCAL_WORLD_SIZE')}; lower it, or add --device cpu"
        )
    torch.cuda.set_device(number)


def pick_precision(name, device):
    """The precision of training called `name`: fp32 or bf16; auto takes bf16 where it is quicker.

    That is a device with instructions for bfloat16. A CPU without them can compute in bf16 too, but
    more slowly than in fp32: there is a note.
    """
    quick = has_bf16(device)
    if name == "auto":
        return "bf16" if quick else "fp32"
    if name == "bf16" and device.type == "cpu" and not quick:
        print(
            "note: --precision bf16: this processor has no instructions for it (AVX512-BF16 or"
            " AMX); fp32 is several times as fast",
            file=sys.stderr,
        )
    elif name == "bf16" and not quick:
        raise InputError(
            f"--precision bf16: expected a device that has it, got {device}; use --precision fp32"
        )
    return name


def has_bf16(device):
    """Whether the device has instructions for products of bfloat16 numbers."""
    import torch

    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    cpu = getattr(torch.cpu, "get_capabilities", dict)()  # not in every torch
    return device.type == "cpu" and bool(cpu.get("avx512_bf16") or cpu.get("amx_bf16"))


def peak_mb(device="cpu"):
    """The most memory, in MB, that this process has had: of torch's tensors on a GPU, else all that
    was resident; None where the system does not say.
    """
    if str(device).startswith("cuda"):
        import torch

        return torch.cuda.max_memory_allocated(device) / 2**20
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 2**10  # of ru_maxrss, in bytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def _products_are_exact():
    """Whether float32 products, plain and transposed, keep all 24 bits of their factors."""
    import torch

    a = 1 + 2.0**-23 * torch.arange(64 * 64).view(64, 64)
    one = torch.eye(64)
    batch = torch.bmm(a.expand(8, 64, 64), one.expand(8, 64, 64))
    products = (a @ one, one @ a, (one.T @ a.T).T, (a.T @ one).T, *batch)
    return all(torch.equal(product, a) for product in products)
