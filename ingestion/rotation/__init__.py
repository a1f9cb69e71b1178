"""Rotation: one key of the pseudonyms gives way to another, and everybody stays who they were.

What is written in the lake is rewritten here, from the clear values that it holds. Lists of
erased persons keep their key (``erasure.suppression``); ids of persons are ``dbt_project``'s, and
what is made from the lake is deleted and made anew in ``orchestration``.
"""

from ingestion.rotation.planning import Rotation, plan_rotation
from ingestion.rotation.tables import begin_rotation, rotate

__all__ = ["Rotation", "begin_rotation", "plan_rotation", "rotate"]
