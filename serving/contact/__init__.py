"""The contact zone: names, phones and e-mails, for the one role that calls customers back.

Its own folder, its own file, its own right to read: no published mart holds any of it.
"""

from serving.contact.calling import tell_callers
from serving.contact.lists import CallingLists, write_calling_lists
from serving.contact.purposes import caller_role
from serving.contact.read_log import READ_LOG, reads
from serving.contact.reading import Caller, Contacts, Found, Person
from serving.contact.zone import ZONE, renew_cases, write_zone

__all__ = [
    "READ_LOG",
    "ZONE",
    "Caller",
    "CallingLists",
    "Contacts",
    "Found",
    "Person",
    "caller_role",
    "reads",
    "renew_cases",
    "tell_callers",
    "write_calling_lists",
    "write_zone",
]
