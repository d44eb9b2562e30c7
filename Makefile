# make demo   train a model on the bundled data, ask it about 500 people, and make a page about it;
#             if it is interrupted, make demo again continues
# make report what a model knows and what it makes up, as a page to look at: by default the demo's.
#             For another: make report VARIANT=vanilla PARAMS=a.params PAGE=a.html, and CORPUS,
#             DEV, TRAIN where they are not the bundled files
# make test   the tests, with coverage          make lint    style and formatting
# make bench  ours against the textbook implementation and against itself, and what checkpoints
#             cost, as tables (an hour)
# make reproduce  the accuracy tables of docs/ on DATA with SEEDS, for example
#             make reproduce DATA=../course SEEDS=224,225,226 (for a GPU; days on a CPU; continues
#             if interrupted); its lines and pictures go to runs/
# make notebook  runs both notebooks, and keeps their outputs (a minute or two)
# make faults runs that are killed, stopped, starved of disk; 5,000 hostile inputs (minutes)
# make gpu-check  on a machine with a GPU: is training there right, and how fast? (minutes)
# make axe    fetch axe-core, by which the tests of the page check that everybody can use it (npm)
# make clean  remove the environment and the demo's files; what was trained in runs/ stays
# All take the environment .venv, which is made on first use. PYTHON=python3.12 picks another Python.

PYTHON ?= python3
DATA ?= .
SEEDS ?= 224
TABLES = final ablations main_ablations variants sizes handout long
RUN = .venv/bin/python src/run.py
VARIANT ?= rope
PARAMS ?= demo/rope.params
PAGE ?= demo/knowledge.html
CORPUS ?= wiki.txt
DEV ?= birth_dev.tsv
TRAIN ?= birth_places_train.tsv
ASK = .venv/bin/python src/ask.py rope wiki.txt --reading_params_path demo/rope.params --places_path birth_places_train.tsv
ACCURACY = .venv/bin/python bench/accuracy.py --results runs/accuracy.jsonl

.PHONY: demo report axe test lint bench reproduce notebook faults gpu-check clean

demo: .venv/ready
	mkdir -p demo
	$(RUN) pretrain rope wiki.txt --recipe distant --budget 0.06 --resume \
	    --writing_params_path demo/rope.params \
	    --finetune_corpus_path birth_places_train.tsv
	@echo; echo "Asking about the 500 people of birth_dev.tsv, whose questions it has not seen:"
	$(RUN) evaluate rope wiki.txt \
	    --reading_params_path demo/rope.params \
	    --eval_corpus_path birth_dev.tsv \
	    --outputs_path demo/rope.dev.predictions
	@echo; echo "Always answering London:"
	.venv/bin/python src/london_baseline.py
	@echo; echo "Five of the questions, with the probability of each answer and of other places:"
	@awk 'NR % 100 == 1' birth_dev.tsv | $(ASK)
	@echo; echo "What it knows and what it makes up, in a minute or two:"
	$(MAKE) --no-print-directory report
	@echo
	@echo "Next: look at its page:      file://$(abspath $(PAGE))"
	@echo "      ask it yourself:       $(ASK)"
	@echo "      how training went:     .venv/bin/python src/loss_curve.py demo/rope.params --outputs_path demo/loss.png"
	@echo "      learn for longer:      raise --budget above (see docs/recipes.md)"
	@echo "      every option:          .venv/bin/python src/run.py --help"

report: .venv/ready-report
	.venv/bin/python src/knowledge.py $(VARIANT) $(CORPUS) --reading_params_path $(PARAMS) \
	    --eval_corpus_path $(DEV) --places_path $(TRAIN) --report_path $(PAGE)

test: .venv/ready-dev
	.venv/bin/python -m pytest -n auto --dist worksteal --cov=src --cov-fail-under=95

lint: .venv/ready-dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check

bench: .venv/ready
	.venv/bin/python bench/speed.py
	.venv/bin/python bench/costs.py
	.venv/bin/python bench/checkpoint_cost.py

reproduce: .venv/ready-dev
	mkdir -p runs
	for table in $(TABLES); do \
	    $(ACCURACY) $$table --data $(DATA) --seeds $(SEEDS) || exit; \
	done
	$(ACCURACY) --draw runs/recipes.png
	$(ACCURACY) --draw_variants runs/variants.png

notebook: .venv/ready-dev
	.venv/bin/python bench/notebooks.py

faults: .venv/ready-dev
	OMP_NUM_THREADS=1 .venv/bin/python bench/faults.py
	OMP_NUM_THREADS=1 .venv/bin/python bench/fuzz.py

gpu-check: .venv/ready
	.venv/bin/python bench/gpu_check.py

axe:
	mkdir -p .axe
	cd .axe && npm pack --silent axe-core@4.14.1 && tar xzf axe-core-4.14.1.tgz

clean:
	rm -rf .venv demo

.venv/ready: requirements.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit(f"expected Python 3.11 or newer, got {v[0]}.{v[1]}; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install -r requirements.txt
	touch $@

.venv/ready-report: .venv/ready requirements-report.txt
	.venv/bin/python -m pip install -r requirements-report.txt
	touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt requirements-report.txt
	.venv/bin/python -m pip install -r requirements-dev.txt
	touch $@
