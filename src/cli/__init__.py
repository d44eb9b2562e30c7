"""The command line: its arguments, and a training run from its start to its record.

Used by run.py and by the other commands. Imports `training`, `support`, and recipes.py, which holds
the defaults that the command line offers.
"""
