"""What a trained model knows: how probable an answer is, and each place of a set.

Used by ask.py and knowledge.py. Imports `data`, `layers`, `recipes` and `utils`.
"""
