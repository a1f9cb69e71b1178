"""What the libraries of packed files raise on those that are torn, damaged or encrypted.

What a packed file may cost is bounded where it is opened, in ``files`` and by each connector.
"""

import struct
import zipfile
import zlib
from lzma import LZMAError

BROKEN_ARCHIVE = (
    *(zipfile.BadZipFile, zlib.error, LZMAError, struct.error),
    *(EOFError, OSError, RuntimeError),
)
"""Errors of ``gzip`` and ``zipfile``, which pass on those of the libraries below them."""
