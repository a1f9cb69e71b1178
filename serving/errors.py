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


class DeliveryError(ServingError):
    """The declaration of what leaves for other systems is not right; nothing is sent."""


class NotTakenError(ServingError):
    """A receiver did not take a batch; it stays to be told.

    Args:
        sentence: who did not take it, and why.
        is_certain: the receiver said no; otherwise it may have taken the batch all the same.
    """

    def __init__(self, sentence: str, *, is_certain: bool) -> None:
        self.is_certain = is_certain
        super().__init__(sentence)
