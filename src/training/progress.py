"""The bar that training shows, and the lines in its place where there is no terminal."""

import io
import math
import sys
import time

from tqdm import tqdm

from support.streams import Stream


class Progress:
    """tqdm's bar for each epoch, with the time left in the whole run.

    On a terminal, the bars of about 25 epochs stay on the screen. Elsewhere (a file, a notebook)
    the same lines are printed at the ends of those epochs, and once a minute in longer ones. Where
    nobody reads standard error any more, nothing is shown, and training goes on.
    """

    STAY = 25  # epochs whose line stays
    SECONDS = 60  # between lines where there is no terminal

    def __init__(self, epochs, steps_per_epoch, total_steps, done=0):
        self.epochs, self.steps_per_epoch, self.total = epochs, steps_per_epoch, total_steps
        self.done = self.before = done  # steps; `before` are another process's
        self.started = self.epoch_started = self.printed = time.monotonic()
        self.bar = None
        self.out = Stream(sys.stderr or io.StringIO())
        self.ascii = not can_encode(getattr(self.out, "encoding", None), "█")
        self.first = 0  # step in the epoch that the bar began at

    def step(self, epoch, step, done, loss, rate):
        """Show the latest of `done` finished optimizer steps."""
        text = f"epoch {epoch + 1} iter {step}: train loss {loss:.5f}. lr {rate:e}"
        if self.bar is None:
            # disable=None: no bar where standard error is no terminal
            self.first = step - (done - self.done) + 1
            total = min(self.steps_per_epoch, self.total - self.done + self.first)
            how = dict(file=self.out, disable=None, leave=False, ascii=self.ascii)
            self.bar = tqdm(total=total, initial=self.first, **how)
        new, self.done = done - self.done, done
        now = time.monotonic()
        left = (now - self.started) / (self.done - self.before) * (self.total - self.done)
        left = f"run {self.done / self.total:.0%}, {tqdm.format_interval(left)} left"
        self.bar.set_description(text, refresh=False)
        self.bar.set_postfix_str(left, refresh=False)
        self.bar.update(new)
        ends = step == self.steps_per_epoch - 1 or self.done == self.total
        stays = (epoch + 1) % math.ceil(self.epochs / self.STAY) == 0 or self.done == self.total
        self.bar.leave = ends and stays
        if self.bar.disable and (self.bar.leave or now - self.printed > self.SECONDS):
            elapsed = now - self.epoch_started
            meter = tqdm.format_meter(
                step + 1,
                self.bar.total,
                elapsed,
                prefix=text,
                postfix=left,
                initial=self.first,
                ascii=self.ascii,
            )
            print(meter, file=self.out, flush=True)
            self.printed = now
        if ends:
            self.close()

    def close(self):
        """End the epoch's bar, if there is one."""
        if self.bar is not None:
            self.bar.close()
        self.bar = None
        self.epoch_started = time.monotonic()


def can_encode(encoding, text):
    """Whether an encoding, or none, has the characters of a text."""
    try:
        return bool(text.encode(encoding or "ascii"))
    except UnicodeError:
        return False
