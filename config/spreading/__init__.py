"""Spreads the service's tables over the nodes of a Citus cluster (`manage.py distribute`).

Nothing else in the product asks whether it runs on one PostgreSQL or on many.
"""
