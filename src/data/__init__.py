"""How text becomes examples: characters and questions, random draws, micro-batches, fact windows.

Used by dataset.py, which holds the assignment's two datasets, by the commands, by utils.py and by
`analysis`. The package `world` writes the bundled data. Imports `support`.
"""
