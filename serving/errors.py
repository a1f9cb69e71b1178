"""The errors of the room, each with sentences that a person can act on."""


class ServingError(Exception):
    """Anything this room refuses."""


class AuditError(ServingError):
    """The warehouse is not fit to be published; the published version stays as it is.

    Args:
        findings: one sentence per reason.
    """

    def __init__(self, findings: list[str]) -> None:
        self.findings = tuple(findings)
        super().__init__("not published: " + " ".join(findings))


class PublishError(ServingError):
    """A version could not be written or found; the published version stays as it is."""


class RoleError(ServingError):
    """The declaration of the roles does not fit what is published; nothing is published."""


class ContactError(ServingError):
    """Names and numbers are not handed out, or the contact zone could not be written."""
