# Everything needs only python3 (3.11 or newer) and make; the first goal that needs packages
# installs them into .venv.
PYTHON ?= python3
VENV := .venv/bin/python
COMPILE := $(VENV) -m uv pip compile --universal --python-version 3.11 --no-emit-index-url --quiet

.PHONY: help run serve test check check-long day mutants benchmark screenshots pictures client requirements messages clean

help:
	@echo "make run           la démonstration : Flow IA et son bac à sable"
	@echo "make serve         Flow IA avec vos propres réglages (.env)"
	@echo "make test          tous les tests"
	@echo "make check         ce que vérifie l'intégration continue"
	@echo "make check-long    la même chose sans rien abréger, avant une version (une heure et demie)"
	@echo "make day           joue cinquante conversations et dit ce qui diffère"
	@echo "make mutants       change chaque règle de décision : les tests le voient-ils ?"
	@echo "make benchmark     mesure Flow IA à côté du plus léger possible (une demi-heure)"
	@echo "make screenshots   photographie chaque page dans var/screenshots et, sans PAGES, refait les images du README"
	@echo "make pictures      refait celles-ci seules, dans docs/pictures"
	@echo "make client        engendre un client Python de l'API dans var/client"
	@echo "make requirements  recalcule les versions des dépendances"
	@echo "make messages      recueille et compile les textes à traduire"
	@echo "make clean         enlève .venv et les caches, jamais vos données"

run:
	@exec "$(PYTHON)" flowia/bootstrap.py run

serve:
	@exec "$(PYTHON)" flowia/bootstrap.py serve

test:
	@exec "$(PYTHON)" flowia/bootstrap.py dev
	@"$(VENV)" -m tests.check tests

check:
	@exec "$(PYTHON)" flowia/bootstrap.py dev
	@"$(VENV)" -m tests.check

check-long:
	@exec "$(PYTHON)" flowia/bootstrap.py dev
	@"$(VENV)" -m tests.check long

day mutants pictures client:
	@exec "$(PYTHON)" flowia/bootstrap.py dev
	@"$(VENV)" -m tests.$@ $(PAGES)

screenshots:
	@exec "$(PYTHON)" flowia/bootstrap.py dev
	@"$(VENV)" -m tests.screenshots $(PAGES)
	@test -n "$(PAGES)" || "$(VENV)" -m tests.pictures

benchmark:
	@exec "$(PYTHON)" flowia/bootstrap.py dev
	@"$(VENV)" -m benchmarks.throughput $(OPTIONS)

requirements:
	@exec "$(PYTHON)" flowia/bootstrap.py dev
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt

messages:
	@exec "$(PYTHON)" flowia/bootstrap.py dev
	@"$(VENV)" -m tests.messages write

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path "./var/*" -prune -exec rm -rf {} +
