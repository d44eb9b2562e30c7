"""The settings of the process are made where they can be, and respect the user's own."""

import ctypes
import os
import sys
from pathlib import Path

import pytest
import torch

from support import machine
from support.errors import InputError


@pytest.fixture
def calls(monkeypatch):
    """mallopt's calls, none of which reaches the process."""
    made = []

    class Library:
        @staticmethod
        def mallopt(parameter, value):
            made.append((parameter, value))

    for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "LD_PRELOAD", "MALLOC_ARENA_MAX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: Library)
    return made


def test_threads_soon_sleep_and_freed_memory_stays(calls):
    machine.prepare_cpu()
    assert os.environ["GOMP_SPINCOUNT"] == "10000"
    assert dict(calls) == {-4: 0, -1: 2**31 - 1, -2: 2**26, -8: 1}


def test_the_users_own_settings_stay(calls, monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    machine.prepare_cpu()
    assert "GOMP_SPINCOUNT" not in os.environ and calls == []


@pytest.mark.parametrize("error", [OSError, AttributeError, TypeError])
def test_other_c_libraries_are_left_alone(calls, monkeypatch, error):
    def missing(_):
        raise error

    monkeypatch.setattr(ctypes, "CDLL", missing)
    machine.prepare_cpu()
    assert calls == []


@pytest.fixture
def products(monkeypatch):
    """torch's setting of float32 products, put back afterwards."""
    settings = torch.backends.mkldnn.matmul
    before = settings.fp32_precision
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: AMD)
    settings.fp32_precision = "ieee"
    yield settings
    settings.fp32_precision = before


AMD = {"cpu_name": "AMD EPYC", "avx512_f": True}


@pytest.mark.parametrize(("exact", "setting"), [(True, "bf16"), (False, "ieee")])
def test_products_go_to_onednn_where_it_keeps_their_bits(products, monkeypatch, exact, setting):
    monkeypatch.setattr(machine, "_products_are_exact", lambda: exact)
    machine.prepare_products()
    assert products.fp32_precision == setting


@pytest.mark.parametrize("cpu", [AMD | {"cpu_name": "Intel"}, AMD | {"avx512_f": False}, {}])
def test_and_nowhere_else(products, monkeypatch, cpu):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: cpu)
    machine.prepare_products()
    assert products.fp32_precision == "ieee"


def test_rounded_products_are_noticed(monkeypatch):
    assert machine._products_are_exact()
    whole = torch.bmm
    monkeypatch.setattr(torch, "bmm", lambda a, b: whole(a.bfloat16(), b.bfloat16()).float())
    assert not machine._products_are_exact()


def test_products_keep_their_accuracy(products):
    """Against float64, with the setting and without: errors of the same size."""
    torch.manual_seed(0)
    a, b = torch.randn(300, 256), torch.randn(256, 200)
    want, worst = a.double() @ b.double(), {}
    for prepare in (lambda: None, machine.prepare_products):
        prepare()
        worst[products.fp32_precision] = ((a @ b).double() - want).abs().max().item()
    assert max(worst.values()) < 1e-4  # bfloat16 would give 0.2


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="Linux says it elsewhere too")
def test_peak_memory_is_what_linux_says():
    def linux():
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 2**10

    held = torch.ones(2**26)  # 256 MB
    assert machine.peak_mb() >= max(linux() - 1, held.numel() * 4 / 2**20)
    machines = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20
    assert machine.peak_mb() < machines


def test_where_nobody_says_the_peak_is_unknown(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    assert machine.peak_mb() is None


def test_devices():
    assert machine.pick_device("cpu").type == "cpu"
    assert machine.pick_device("auto").type in ("cpu", "cuda", "mps")
    if not torch.cuda.is_available():
        with pytest.raises(InputError, match="--device cuda: expected such a device"):
            machine.pick_device("cuda")


def test_a_gpu_without_kernels_is_passed_over(monkeypatch, capsys):
    def ones(*size, device):
        if device == "cuda":
            raise RuntimeError("no kernel image is available\nmore")
        return torch.zeros(*size)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch, "ones", ones)
    assert machine.pick_device("auto").type == "cpu"
    note = "note: cuda is there, but this torch cannot use it: no kernel image is available\n"
    assert capsys.readouterr().err == note
    with pytest.raises(InputError, match="can use, got: no kernel image is available; use"):
        machine.pick_device("cuda")


def test_precisions_are_those_that_pay(monkeypatch, capsys):
    cpu, cuda, mps = map(torch.device, ("cpu", "cuda", "mps"))
    for has in (True, False):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda has=has, **_: has)
        for name in ("avx512_bf16", "amx_bf16"):
            monkeypatch.setattr(torch.cpu, "get_capabilities", lambda n=name, has=has: {n: has})
            found = [machine.pick_precision("auto", device) for device in (cuda, cpu, mps)]
            assert found == (["bf16", "bf16", "fp32"] if has else ["fp32"] * 3)
        assert machine.pick_precision("fp32", cuda) == machine.pick_precision("fp32", cpu) == "fp32"
        assert machine.pick_precision("bf16", cpu) == "bf16"
        assert ("fp32 is several times as fast" in capsys.readouterr().err) is not has
    for device in (cuda, mps):
        with pytest.raises(InputError, match="--precision bf16: expected a device that has it"):
            machine.pick_precision("bf16", device)
