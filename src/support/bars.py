"""The bar that long work shows on a terminal, and the lines in its place where there is none."""

import io
import sys
import time
from contextlib import closing

from tqdm import tqdm

from support.streams import Stream

SECONDS = 60  # between lines where there is no terminal
DELAY = 1.0  # seconds; a single question is answered sooner


class Bar:
    """tqdm's bar of `total` things, `first` of which are there already.

    Where standard error is no terminal (a file, a notebook) its line is printed once a minute.
    Where nobody reads standard error any more, nothing is shown, and the work goes on. `started`
    and `printed` are times of time.monotonic(): when the work began, and when the last line was
    printed. None means now. Work that takes fewer than `delay` seconds shows no bar.
    """

    def __init__(self, total, what="", first=0, started=None, printed=None, delay=0.0):
        self.total, self.what, self.first, self.done = total, what, first, first
        self.started = time.monotonic() if started is None else started
        self.printed = self.started if printed is None else printed
        self.out = Stream(sys.stderr or io.StringIO())
        self.ascii = not can_encode(getattr(self.out, "encoding", None), "█")
        # disable=None: no bar where standard error is no terminal
        how = dict(file=self.out, disable=None, ascii=self.ascii, delay=delay)
        self.bar = tqdm(desc=what, total=total, initial=first, **how)

    def show(self, done, note="", stays=False):
        """Show that so many of the things are done. The line is printed in any case if it stays."""
        now = time.monotonic()
        new, self.done = done - self.done, done
        self.bar.set_description(self.what, refresh=False)
        self.bar.set_postfix_str(note, refresh=False)
        self.bar.update(new)
        self.bar.leave = stays
        if self.bar.disable and (stays or now - self.printed > SECONDS):
            elapsed = now - self.started
            how = dict(prefix=self.what, postfix=note, initial=self.first, ascii=self.ascii)
            meter = tqdm.format_meter(done, self.total, elapsed, **how)
            print(meter, file=self.out, flush=True)
            self.printed = now

    def close(self):
        """End the bar."""
        self.bar.close()


def shown(items, total, what):
    """Yield the items, so many in total, and show how many are done."""
    with closing(Bar(total, what, delay=DELAY)) as bar:
        for number, item in enumerate(items, start=1):
            yield item
            bar.show(number)


def can_encode(encoding, text):
    """Whether an encoding, or none, has the characters of a text."""
    try:
        return bool(text.encode(encoding or "ascii"))
    except UnicodeError:
        return False
