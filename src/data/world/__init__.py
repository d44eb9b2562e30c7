"""The invented world that the bundled data describes: its people, their lives, and the words.

Used by make_corpus.py, and by analysis/origins.py for the origins of names. Imports none of our
modules.
"""
