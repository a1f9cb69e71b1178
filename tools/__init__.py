"""Small programs that renew files of the project; no part of a night.

What runs at night belongs in the rooms; benchmarks in ``benchmarks``.
"""
