"""How text becomes examples: characters and questions, random draws, micro-batches, fact windows.

Used by dataset.py, which holds the assignment's two datasets, and by utils.py. The package `world`
writes the bundled data. Imports `support`.
"""
