"""Files, errors, signals and the machine's settings: what everything else may import.

Used by all. Imports none of our modules.
torch is imported inside functions, except in threads.py.
"""
