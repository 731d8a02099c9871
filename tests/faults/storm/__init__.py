"""A storm of faults over a running system, and what must hold afterwards (docs/faults.md).

`python -m tests.faults.storm --webhooks 10000 --kills 30 --seed 1`: `__main__` names the steps.
"""
