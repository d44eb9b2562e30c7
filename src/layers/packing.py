"""Unpadded batches: packs a padded batch's real tokens end to end, and unpacks them for attention.

Legend: B rows and t positions of the padded batch, n real tokens, N ≥ n packed tokens, C n_embd,
h heads; B' ≥ B rows and t' ≥ t columns of the cells that attention gets.
"""

import torch
import torch.nn.functional as F

# A CPU compiles a matrix product for each new shape and keeps half a megabyte for it. Rounding
# the shapes up keeps their number small.
TOKEN_MULTIPLE = 32  # N is a multiple of this
COLUMN_MULTIPLE = 8  # t' is a multiple of this
ROW_STEPS = 8  # B' is a multiple of the largest power of two up to B / ROW_STEPS, and of 2


class Packing:
    """Maps a padded batch to one sequence of its real tokens, end to end, and back.

    `valid_mask` (B, t) says which tokens count. Each row is kept up to its last valid token, and
    nothing is computed behind it. This is exact for a causal decoder: no kept token reads a dropped
    one. `widest`, at least t, is the most positions that attention takes.

    The packed tokens end with fillers: id 0 at position 0. Empty cells of attention's rows hold
    copies of a filler. No kept token reads one. Fillers get no gradient if the loss ignores id 0,
    which is PAD.
    """

    def __init__(self, valid_mask, widest):
        B, t = valid_mask.shape
        if t > widest:
            raise ValueError(f"idx: expected at most {widest} positions, got {t}; shorten the rows")
        at = torch.arange(t)  # (t,)
        kept = at <= (valid_mask * (at + 1)).amax(1, keepdim=True) - 1  # (B, t)
        row, column = kept.nonzero(as_tuple=True)  # (n,) each
        n = len(row)
        N = -(-(n + 1) // TOKEN_MULTIPLE) * TOKEN_MULTIPLE  # at least one filler
        self.n_fillers = N - n
        self.kept = row * t + column  # (n,), of B · t
        self.positions = F.pad(column, (0, self.n_fillers))  # (N,)
        row_multiple = max(2, 1 << (B // ROW_STEPS).bit_length() >> 1)
        self.n_rows = -(-B // row_multiple) * row_multiple  # B'
        self.n_columns = min(-(-t // COLUMN_MULTIPLE) * COLUMN_MULTIPLE, widest)  # t'
        if self.n_rows * self.n_columns == n:
            self.n_rows += row_multiple  # so that there is an empty cell for the fillers
        cell = row * self.n_columns + column  # (n,), of B' · t'
        self.token_of_cell = torch.full((self.n_rows * self.n_columns,), n)  # (B't',)
        self.token_of_cell[cell] = torch.arange(n)
        empty = (self.token_of_cell == n).nonzero()[0]  # (1,): the first empty cell
        self.cell_of_token = torch.cat((cell, empty.expand(self.n_fillers)))  # (N,)
        self.of_heads = {}  # by number of heads: both maps, for a token's part in each head

    def pack(self, ids):
        """The kept tokens of ids (B, t), then zeros: (N,)."""
        return F.pad(ids.flatten()[self.kept], (0, self.n_fillers))

    def split_heads(self, x, n_head):
        """Unpack x (N, C) to rows for attention: (B', h, t', C/h)."""
        parts = x.view(-1, x.size(1) // n_head)  # (Nh, C/h)
        token_of_cell, cell_of_token = self._maps(n_head)
        y = _Gather.apply(parts, token_of_cell, cell_of_token)  # (B'ht', C/h)
        return y.view(self.n_rows, n_head, self.n_columns, -1)

    def merge_heads(self, y):
        """Pack attention's rows y (B', h, t', C/h): (N, C)."""
        token_of_cell, cell_of_token = self._maps(y.size(1))
        x = _Gather.apply(y.reshape(-1, y.size(3)), cell_of_token, token_of_cell)  # (Nh, C/h)
        return x.view(len(self.cell_of_token), -1)

    def _maps(self, n_head):
        """token_of_cell (B'ht',) and cell_of_token (Nh,), for the parts of n_head heads."""
        if n_head not in self.of_heads:
            head = torch.arange(n_head)
            token = self.token_of_cell.view(self.n_rows, 1, self.n_columns)
            token = token * n_head + head[:, None]  # (B', h, t')
            row, column = self.cell_of_token // self.n_columns, self.cell_of_token % self.n_columns
            cell = (row[:, None] * n_head + head) * self.n_columns + column[:, None]  # (N, h)
            self.of_heads[n_head] = token.flatten(), cell.flatten()
        return self.of_heads[n_head]


class _Gather(torch.autograd.Function):
    """x[index] (m, d) of x (n, d), whose gradient is gradient[inverse].

    Exact if index and inverse are each other's inverses and zero flows to all other rows. It is
    twice as quick as torch's own gradient, which adds up row by row.
    """

    @staticmethod
    def forward(ctx, x, index, inverse):
        ctx.save_for_backward(inverse)
        return x.index_select(0, index)  # (m, d)

    @staticmethod
    def backward(ctx, gradient):
        (inverse,) = ctx.saved_tensors
        return gradient.index_select(0, inverse), None, None  # (n, d)
