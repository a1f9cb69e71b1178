"""The errors of the room, each with one sentence that says what to do.

Rows that cannot be typed are no errors: they go to the quarantine.
"""


class IngestionError(Exception):
    """Anything this room refuses; the message is fit for a person."""


class ConfigurationError(IngestionError):
    """A setting is wrong; retrying cannot help."""


class SourceError(IngestionError):
    """A source cannot be read as declared: missing, locked, unreachable or in another shape."""


class TransientSourceError(SourceError):
    """A source that may answer when asked again."""


class QuotaExceededError(TransientSourceError):
    """No more may be asked today; what was read stays, and the next run goes on from there."""


class AuthenticationError(SourceError):
    """A source refuses who we are or what we may see; asking again cannot help."""


class PositionExpiredError(SourceError):
    """What was asked for is gone: a position that the source kept must be made anew."""


class RefusedRequestError(SourceError):
    """The other side says no to this very request; it did nothing of what was asked."""


class SchemaDriftError(IngestionError):
    """What would land does not fit the landed table."""


class StaleSourceError(IngestionError):
    """A required source has no accepted load that is recent enough."""


class DamagedLakeError(IngestionError):
    """A file of the lake is not as it was written."""
