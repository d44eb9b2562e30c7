"""What training shows: a bar for each epoch, or lines where there is no terminal."""

import math
import time

from tqdm import tqdm

from support.bars import Bar


class Progress:
    """A Bar for each epoch, with the time left in the whole run.

    On a terminal, the bars of about 25 epochs stay on the screen. Elsewhere the same lines are
    printed at the ends of those epochs, and once a minute in longer ones.
    """

    STAY = 25  # epochs whose line stays

    def __init__(self, epochs, steps_per_epoch, total_steps, done=0):
        self.epochs, self.steps_per_epoch, self.total = epochs, steps_per_epoch, total_steps
        self.done = self.before = done  # steps; `before` are another process's
        self.started = self.epoch_started = self.printed = time.monotonic()
        self.bar = None

    def step(self, epoch, step, done, loss, rate):
        """Show the latest of `done` finished optimizer steps."""
        if self.bar is None:
            first = step - (done - self.done) + 1  # step in the epoch that the bar begins at
            total = min(self.steps_per_epoch, self.total - self.done + first)
            times = dict(started=self.epoch_started, printed=self.printed)
            self.bar = Bar(total, first=first, **times)
        self.done = done
        taken = time.monotonic() - self.started
        left = taken / (self.done - self.before) * (self.total - self.done)
        left = f"run {self.done / self.total:.0%}, {tqdm.format_interval(left)} left"
        ends = step == self.steps_per_epoch - 1 or self.done == self.total
        stays = (epoch + 1) % math.ceil(self.epochs / self.STAY) == 0 or self.done == self.total
        self.bar.what = f"epoch {epoch + 1} iter {step}: train loss {loss:.5f}. lr {rate:e}"
        self.bar.show(step + 1, left, stays=ends and stays)
        self.printed = self.bar.printed
        if ends:
            self.close()

    def close(self):
        """End the epoch's bar, if there is one."""
        if self.bar is not None:
            self.bar.close()
        self.bar = None
        self.epoch_started = time.monotonic()
