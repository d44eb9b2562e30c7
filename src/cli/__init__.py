"""The command line: its arguments, and a training run from its start to its record.

The way of a run: `arguments` parses and refuses (with `checks`), `config` describes the run,
`loading` builds the model, `session` trains, resumes and stops, `record` says how the file came
about.

Used by run.py and by the other commands. Imports `data`, `support`, `training`, dataset.py,
model.py, utils.py, and recipes.py, which holds the defaults that the command line offers.
"""
