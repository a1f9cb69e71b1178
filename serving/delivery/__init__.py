"""Deliveries: what other systems are told, once, and again only when it changed.

Fields for the CRM and messages of cases share one outbox. By which way a batch leaves is the
business of ``orchestration``, which knows addresses and secrets.
"""

from serving.delivery.cases import CaseNews
from serving.delivery.crm_fields import (
    FOLDER,
    SENT,
    Differences,
    compose,
    crm_rows,
    write_batch,
    write_differences,
)
from serving.delivery.declaration import Address, Cases, CrmFields, Deliveries, load_deliveries
from serving.delivery.outbox import Delivery, Outbox, Send, Wanted

__all__ = [
    "FOLDER",
    "SENT",
    "Address",
    "CaseNews",
    "Cases",
    "CrmFields",
    "Deliveries",
    "Delivery",
    "Differences",
    "Outbox",
    "Send",
    "Wanted",
    "compose",
    "crm_rows",
    "load_deliveries",
    "write_batch",
    "write_differences",
]
