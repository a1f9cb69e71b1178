"""Whether a whole column of text is clean, told from its Arrow buffers.

Most columns are, and then the query needs no look at every value. What is done to the others
belongs in ``expressions``.
"""

import numpy as np
import pyarrow as pa

BLANK, LAST_PRINTABLE = 0x20, 0x7E


def is_clean(values: pa.ChunkedArray) -> bool:
    """Whether every value is printable ASCII without a blank at either end."""
    if pa.types.is_string(values.type):
        return all(_is_clean(chunk, np.int32) for chunk in values.chunks)
    if pa.types.is_large_string(values.type):
        return all(_is_clean(chunk, np.int64) for chunk in values.chunks)
    return False


def _is_clean(chunk: pa.Array, offset_type: type[np.signedinteger]) -> bool:
    _, places, content = chunk.buffers()
    if not len(chunk) or content is None:
        return True
    offsets = np.frombuffer(places, dtype=offset_type)[chunk.offset :][: len(chunk) + 1]
    text = np.frombuffer(content, dtype=np.uint8)
    used = text[offsets[0] : offsets[-1]]
    if not used.size:
        return True
    if used.min() < BLANK or used.max() > LAST_PRINTABLE:
        return False
    is_filled = offsets[:-1] < offsets[1:]
    first, last = offsets[:-1][is_filled], offsets[1:][is_filled] - 1
    return bool((text[first] != BLANK).all() and (text[last] != BLANK).all())
