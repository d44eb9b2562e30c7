"""Chunks side by side add up to what they do one after the other, and the same every time."""

import threading

import pytest
import torch
from conftest import tiny

from layers.dropout import Dropout, seeded
from trainer import Trainer, TrainerConfig
from training.cpu import CpuSteps
from training.microbatches import MicroBatchPool


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_all_chunks_are_added_up(threads, n):
    chunks = [torch.tensor([3.0**i, i]) for i in range(n)]
    total, none, some = MicroBatchPool(threads).sum(
        lambda x: [x, None, x if x[1] == 1 else None], chunks
    )
    assert total.tolist() == [(3**n - 1) / 2, n * (n - 1) / 2]
    assert none is None
    assert some is None if n == 1 else some.tolist() == [3, 1]


def test_workers_run_at_once_and_share_the_threads():
    """Two chunks that wait for one another both arrive, each with half of four threads."""
    meet, had = threading.Barrier(2, timeout=60), []

    def function(chunk):
        meet.wait()
        had.append(torch.get_num_threads())
        return [chunk]

    before = torch.get_num_threads()
    (total,) = MicroBatchPool(4).sum(function, [torch.ones(1), torch.ones(1)])
    assert total == 2 and had == [2, 2] and torch.get_num_threads() == before


def test_a_worker_that_is_done_takes_the_next_micro_batch():
    """Number 0 ends after number 4: the other worker runs all others; they add up in order."""

    def function(chunk):
        of_thread.setdefault(threading.get_ident(), []).append(int(chunk))
        if chunk == 0:
            assert last.wait(60)
        if chunk == 4:
            last.set()
        return [values[chunk]]

    last, of_thread = threading.Event(), {}
    values = torch.tensor([1e8, 1, -1e8, 1, 1])  # in float32 1e8 + 1 is 1e8
    (total,) = MicroBatchPool(2).sum(function, [torch.tensor(i) for i in range(5)])
    assert sorted(of_thread.values()) == [[0], [1, 2, 3, 4]]
    assert total == 2


def test_sums_share_memory_with_nothing():
    x = torch.arange(6.0)
    for n in (1, 2):
        a, b = MicroBatchPool(1).sum(lambda _: [x, x], [0] * n)
        assert a.equal(n * x) and b.equal(a)
        assert len({tensor.data_ptr() for tensor in (x, a, b)}) == 3


def test_results_of_other_lengths_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        MicroBatchPool(1).sum(lambda n: [torch.ones(1)] * n, [2, 1])


def test_an_error_is_raised_and_the_chunks_not_yet_begun_are_left_out():
    def function(chunk):
        ran.append(chunk)
        if chunk == 0:
            assert begun.wait(60)
            raise RuntimeError("chunk 0 is bad")
        begun.set()
        assert ended.wait(60)  # the others end when the error is known
        return [chunk]

    ran, begun, ended = [], threading.Event(), threading.Event()
    pool = MicroBatchPool(2)
    with pytest.raises(RuntimeError, match="chunk 0 is bad"):
        try:
            pool.sum(function, [0, 1, 2, 3, 4])
        finally:
            ended.set()
    pool.pool.shutdown()
    assert sorted(ran) in ([0, 1], [0, 1, 2])  # 2, if the first worker is quicker than the news


def test_ctrl_c_while_chunks_are_handed_out_leaves_out_those_not_yet_begun(monkeypatch):
    def submit(*args):
        if len(futures) == 4:
            raise KeyboardInterrupt
        futures.append(handed_out(*args))
        return futures[-1]

    def function(chunk):
        assert ended.wait(60)
        return [chunk]

    futures, ended, pool = [], threading.Event(), MicroBatchPool(2)
    handed_out = pool.pool.submit
    monkeypatch.setattr(pool.pool, "submit", submit)
    with pytest.raises(KeyboardInterrupt):
        pool.sum(function, [torch.ones(1)] * 8)
    cancelled = [future.cancelled() for future in futures]
    ended.set()
    pool.pool.shutdown()
    assert cancelled[2:] == [True, True]


def test_dropout_follows_torchs_seed_however_many_threads():
    drop, chunks = Dropout(0.4), [torch.ones(5000) * i for i in range(1, 6)]

    def total(threads, seed):
        torch.manual_seed(seed)
        return MicroBatchPool(threads).sum(lambda x: [drop(x)], chunks)[0]

    first = total(2, 1)
    assert all(torch.equal(total(2, 1), first) for _ in range(5))
    assert torch.equal(total(1, 1), first) and torch.equal(total(4, 1), first)
    assert not torch.equal(total(2, 2), first)
    either = MicroBatchPool(1).sum(lambda _: [drop(torch.ones(5000)) > 0], [0, 0])[0]
    assert 4000 < either.sum() < 4400  # 84% of the places are kept in one chunk or another, not 60%


def test_seeds_are_the_threads_own_and_end():
    drop, x = Dropout(0.5), torch.ones(999)
    with seeded(7):
        ours = drop(x)
        other = []
        thread = threading.Thread(target=lambda: other.append(drop(x)))
        torch.manual_seed(3)
        thread.start()
        thread.join()
    torch.manual_seed(3)
    assert torch.equal(drop(x), other[0])  # from torch's generator, both
    with seeded(7):
        assert torch.equal(drop(x), ours)


def test_training_is_the_same_on_any_number_of_threads(corpus, monkeypatch):
    monkeypatch.setattr("data.examples.MICRO_BATCH_TOKENS", 64)
    parameters = []
    for threads in (1, 2, 2, 3):
        monkeypatch.setattr(torch, "get_num_threads", lambda n=threads: n)
        monkeypatch.setattr(torch, "set_num_threads", lambda n: None)
        torch.manual_seed(1)
        model = tiny(vocab_size=corpus.vocab_size, block_size=128, resid_pdrop=0.2)
        config = TrainerConfig(max_epochs=2, batch_size=9, learning_rate=1e-2)
        run = Trainer(model, corpus, None, config)
        run.train()
        parameters.append(torch.cat([p.detach().flatten() for p in model.parameters()]))
    assert all(torch.equal(parameters[0], others) for others in parameters[1:])


def test_the_test_loss_weighs_its_micro_batches_and_has_no_dropout(corpus, monkeypatch):
    monkeypatch.setattr("data.examples.MICRO_BATCH_TOKENS", 64)
    model = tiny(vocab_size=corpus.vocab_size, block_size=128, resid_pdrop=0.5)
    run = Trainer(model, corpus, corpus, TrainerConfig(batch_size=7))
    batches = torch.arange(len(corpus)).split(7)
    with torch.no_grad():
        model.eval()
        losses = [model(*corpus.padded_batch(indices, 0, 0))[1].item() for indices in batches]
    model.train()
    assert run.test_loss() == pytest.approx(sum(losses) / len(losses))


def test_gradients_have_their_parameters_layout():
    """Whatever layout autograd gives them: the fused optimizer reads both as memory has them."""

    class Product(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = torch.nn.Parameter(torch.ones(3, 2).T)

        def forward(self, x, y):
            return None, (self.w * y).sum()

    run = Trainer(Product(), [None], None, TrainerConfig())
    y = torch.arange(6.0).view(2, 3)
    CpuSteps(run).gradient([(y, y, 1.0)])
    assert run.model.w.grad.stride() == run.model.w.stride() == (1, 2)
    assert run.model.w.grad.equal(y)


def test_parameters_that_get_one_gradient_keep_their_own():
    class Sum(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.unused = (torch.nn.Parameter(torch.ones(3)) for _ in range(3))

        def forward(self, x, y):
            return None, (self.a + self.b).sum()

    model = Sum()
    run = Trainer(model, [None], None, TrainerConfig(grad_norm_clip=0.6))
    assert CpuSteps(run).gradient([(torch.ones(1), torch.ones(1), 1.0)]) == 6
    run.clip()
    assert model.unused.grad is None
    assert torch.allclose(torch.cat((model.a.grad, model.b.grad)), torch.tensor(0.6 / 6**0.5))
