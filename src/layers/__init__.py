"""What a block of the GPT is built from: the attention variants, dropout and packed tokens.

`variants` is the table of all variants. Each variant has a file; vanilla and synthesizer are in
attention.py. `base` holds what all variants share, `chunked` what two of them share.
Used by attention.py, model.py, recipes.py, `training` and `analysis`. Imports none of our modules.
"""
