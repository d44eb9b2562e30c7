"""What a trained model knows: how probable answers are, who is asked, measurements, a page.

Used by ask.py, knowledge.py and attention_map.py. Imports `data`, `layers`, `recipes`, `support`
and `utils`.
answers.py and places.py need torch alone; the report and its page need requirements-report.txt.
"""
