"""How text becomes examples: characters and questions, random draws, micro-batches, fact windows.

Used by dataset.py, which holds the assignment's two datasets, by model.py, utils.py, `analysis`,
`cli` and the commands. The package `world` writes the bundled data. Imports `support`.
"""
