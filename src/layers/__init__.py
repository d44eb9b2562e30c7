"""What a block of the GPT is built from: the attention variants, dropout and packed tokens.

`base` holds what all variants share, `chunked` what two of them share; each variant has a file.
Used by attention.py, which names the variants, and by model.py. Imports none of our modules.
"""
