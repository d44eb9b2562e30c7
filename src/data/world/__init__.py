"""The invented world that the bundled data describes: its people, their lives, and the words.

Used by make_corpus.py. Imports none of our modules.
"""
