"""The crash test: Odoo servers drain a backlog of mixed entries while a seeded hand kills them, restarts PostgreSQL and
lets the simulator misbehave; in the end the two books are compared document by document.

``make chaos`` runs it long, ``make chaos SEED=123`` runs the same night again, tests/e2e/test_chaos.py runs it short.
"""
