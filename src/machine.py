"""Settings of the process that make a CPU's work quicker and change no result."""

import ctypes
import os

# mallopt's parameters, from glibc's malloc.h
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4


def prepare_cpu():
    """To be called before torch is imported.

    Threads that wait for others soon sleep instead of spinning: on a machine that is shared
    (another run, a browser, a virtual machine's neighbours) two programs that spin slow one
    another down several times over. And memory that is freed stays with the process: by default
    glibc returns large blocks to the kernel, and the next operation pays for them page by page.
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
