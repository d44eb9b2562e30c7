"""A batch's rows without their padding: its tokens end to end, and in rows for attention alone.

Legend: B rows, t positions of the padded rows, N tokens of the heap, C n_embd, h heads;
B' ≥ B and t' ≥ t of the rows that attention gets.
"""

import torch
import torch.nn.functional as F

# A CPU's matrix products are compiled for each new shape, half a megabyte each: they are to be few
HEAP = 32  # N is a multiple of this,
COLUMNS = 8  # t' of this,
LINES = 8  # B' of the power of two that is in B at least so often, and of 2


class Packing:
    """Where the tokens of padded rows stand in a heap, where they lie end to end.

    `there` (B, t) says which tokens count. Each row is kept up to its last one; what stands behind
    is not computed. That is exact for a causal decoder: no kept token reads what is left out.
    `widest`, at least t, is the most positions that attention takes.

    The heap is filled up with tokens of id 0 at position 0, which nobody reads, and the rows for
    attention with copies of one of these. Neither gets a gradient, if the loss leaves out what
    `pack` fills in, as it leaves out PAD, which is 0.
    """

    def __init__(self, there, widest):
        B, t = there.shape
        assert t <= widest, f"attention takes at most {widest} positions, got {t}"
        at = torch.arange(t)  # (t,)
        kept = at <= (there * (at + 1)).amax(1, keepdim=True) - 1  # (B, t)
        row, column = kept.nonzero(as_tuple=True)  # (n,) each, n tokens that are kept
        n = len(row)
        N = -(-(n + 1) // HEAP) * HEAP  # at least one more
        self.filled = N - n
        self.kept = row * t + column  # (n,), of B · t
        self.columns = F.pad(column, (0, self.filled))  # (N,)
        step = max(2, 1 << (B // LINES).bit_length() >> 1)
        self.lines = -(-B // step) * step  # B'
        self.width = min(-(-t // COLUMNS) * COLUMNS, widest)  # t'
        if self.lines * self.width == n:
            self.lines += step  # so that there is a place for the heap's filling
        place = row * self.width + column  # (n,), of B' · t'
        self.source = torch.full((self.lines * self.width,), n)  # (B't',): a place's token
        self.source[place] = torch.arange(n)
        empty = (self.source == n).nonzero()[0]  # (1,): one of the places without
        self.place = torch.cat((place, empty.expand(self.filled)))  # (N,): a token's place
        self.of_heads = {}  # by number of heads: source and place of a token's part in each head

    def pack(self, ids):
        """The kept ones of ids (B, t), then zeros: (N,)."""
        return F.pad(ids.flatten()[self.kept], (0, self.filled))

    def split_heads(self, x, n_head):
        """Rows for attention, (B', h, t', C/h), of x (N, C)."""
        parts = x.view(-1, x.size(1) // n_head)  # (Nh, C/h)
        source, place = self._heads(n_head)
        y = _Take.apply(parts, source, place)  # (B'ht', C/h)
        return y.view(self.lines, n_head, self.width, -1)

    def merge_heads(self, y):
        """The tokens (N, C) of attention's rows y (B', h, t', C/h)."""
        source, place = self._heads(y.size(1))
        x = _Take.apply(y.reshape(-1, y.size(3)), place, source)  # (Nh, C/h)
        return x.view(len(self.place), -1)

    def _heads(self, n_head):
        """(B'ht',): where in Nh a head's place has its part from; and (Nh,), the way back."""
        if n_head not in self.of_heads:
            head = torch.arange(n_head)
            source = self.source.view(self.lines, 1, self.width) * n_head + head[:, None]
            line, column = self.place // self.width, self.place % self.width  # (N,)
            place = (line[:, None] * n_head + head) * self.width + column[:, None]  # (N, h)
            self.of_heads[n_head] = source.flatten(), place.flatten()
        return self.of_heads[n_head]


class _Take(torch.autograd.Function):
    """x[index] (m, d) of x (n, d), whose gradient is gradient[inverse].

    Exact where index and inverse are each other's inverses, and zero flows to all other rows.
    torch's own gradient adds up row by row, which takes more than twice the time.
    """

    @staticmethod
    def forward(ctx, x, index, inverse):
        ctx.save_for_backward(inverse)
        return x.index_select(0, index)  # (m, d)

    @staticmethod
    def backward(ctx, gradient):
        (inverse,) = ctx.saved_tensors
        return gradient.index_select(0, inverse), None, None  # (n, d)
