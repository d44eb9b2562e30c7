"""The check of a GPU, here on a CPU: it passes where all is right, and fails where it is not."""

import pytest
import torch

import gpu_check
from dataset import CharCorruptionDataset
from training.gpu import GpuSteps

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def small():
    return gpu_check.world(40)


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setattr(gpu_check, "SMALL", dict(n_layer=1, n_head=2, n_embd=16))


def failures(check, *args):
    summary = gpu_check.Summary()
    summary.run(check, *args)
    assert len(summary.lines) == 1
    return summary.failed


@pytest.mark.parametrize("kind", ["handout", "mixed"])
def test_what_is_right_passes(small, kind):
    assert not failures(gpu_check.drawn_alike, kind, small, CPU)
    assert not failures(gpu_check.agree, kind, "vanilla", torch.float64, small, CPU)


def test_a_resumed_run_passes(small):
    assert not failures(gpu_check.resumes, "handout", "vanilla", "fp32", small, CPU)


def test_an_update_that_is_lost_fails(small, monkeypatch):
    step = GpuSteps.step

    def forgetful(self, count):
        if int(self.slot) != 1:
            step(self, count)

    monkeypatch.setattr(GpuSteps, "step", forgetful)
    assert failures(gpu_check.agree, "handout", "vanilla", torch.float64, small, CPU)


def test_examples_that_differ_fail(small, monkeypatch):
    padded_batch = CharCorruptionDataset.padded_batch

    def damaged(self, indices, seed, epoch):
        x, y = padded_batch(self, indices, seed, epoch)
        return x + torch.is_tensor(epoch), y

    monkeypatch.setattr(CharCorruptionDataset, "padded_batch", damaged)
    assert failures(gpu_check.drawn_alike, "handout", small, CPU)


def test_a_capture_that_fails_is_a_failure(small, monkeypatch):
    """A GPU's steps go on uncaptured then; the check says so."""
    made = GpuSteps.__init__

    def capturing(self, trainer):
        made(self, trainer)
        self.captures = True

    def refused(self, count):
        raise RuntimeError("no graphs here")

    monkeypatch.setattr(GpuSteps, "__init__", capturing)
    monkeypatch.setattr(GpuSteps, "capture", refused)
    monkeypatch.setattr(gpu_check, "captures", lambda run: bool(run.captured))
    assert failures(gpu_check.agree, "handout", "vanilla", torch.float64, small, CPU)
