"""What the Trainer stands on: steps on a CPU and on a GPU, optimizer, checkpoint, progress bar.

Nothing here knows what a GPT or a birth place is. Used by trainer.py, run.py, loss_curve.py and
`cli`. Imports `layers.dropout`, whose masks follow a micro-batch's seed, and `support`.
"""
