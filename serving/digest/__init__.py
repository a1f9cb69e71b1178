"""The weekly digest of each role, as a page and as the body of a message.

What a role is told is declared in ``serving/digests.yaml``; ``reading`` finds it and
``page`` writes it. By which way a message leaves, and when, belongs in ``orchestration``.
"""

from serving.digest.page import digest_messages, digest_text, write_digests

__all__ = ["digest_messages", "digest_text", "write_digests"]
