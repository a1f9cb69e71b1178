"""Settings of paging: how a source is asked for the next page, and how the last one is known."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ingestion.readers.paths import JsonPath
from ingestion.settings import Strict


class _Paging(Strict):
    """What every kind may say.

    Args:
        size: records of a full page; a shorter one is the last.
        stop: place in the answer that is true on the last page.
    """

    size: Annotated[int, Field(ge=1, le=50_000)] | None = None
    stop: JsonPath | None = None


class SinglePage(_Paging):
    """Everything comes in one answer."""

    kind: Literal["none"] = "none"


class PageNumbers(_Paging):
    """Pages are numbered from ``first``; ``param`` stands in the query, or in the body of POST."""

    kind: Literal["page"]
    param: str = "page"
    first: int = 1


class Offsets(_Paging):
    """Pages begin behind so many records; needs ``size``, which ``limit_param`` tells."""

    kind: Literal["offset"]
    param: str = "offset"
    limit_param: str = "limit"
    size: Annotated[int, Field(ge=1, le=50_000)]


class NextLink(_Paging):
    """The answer names the address of the next page at ``path``.

    With ``is_durable`` the last page names one too, where the next run goes on: at
    ``durable_path`` where that is another place. It is of use for ``expires_days``; after them,
    or when the source knows it no more, everything is read again. With ``ends_at_itself`` a page
    that names itself is the last.
    """

    kind: Literal["next_link"]
    path: JsonPath
    is_durable: bool = False
    durable_path: JsonPath | None = None
    expires_days: Annotated[int, Field(ge=1)] | None = None
    ends_at_itself: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> "NextLink":
        if (self.durable_path or self.expires_days) and not self.is_durable:
            raise ValueError("durable_path and expires_days need is_durable")
        return self


class HeaderLink(_Paging):
    """The header ``Link`` names the address of the next page."""

    kind: Literal["header_link"]
    rel: str = "next"


class Token(_Paging):
    """The answer holds a token at ``path``, which ``param`` brings back in query or body.

    Args:
        header: holds the token where no place in the answer does; ``null`` is none.
        count_header: says how many records the page has; it must have as many.
    """

    kind: Literal["token"]
    path: JsonPath | None = None
    header: str | None = None
    count_header: str | None = None
    param: str

    @model_validator(mode="after")
    def _consistent(self) -> "Token":
        if (self.path is None) == (self.header is None):
            raise ValueError("must have exactly one of path and header")
        return self


class Keyset(_Paging):
    """Each page begins behind the last record's ``field``: the requests write it ``{after}``.

    The request must also ask for records in the order of ``field``. Nothing that is added,
    changed or removed meanwhile shifts a page, and a read that stops goes on from there.
    """

    kind: Literal["keyset"]
    field: JsonPath
    first: int | str = 0
    size: Annotated[int, Field(ge=1, le=50_000)]


Paging = Annotated[
    SinglePage | PageNumbers | Offsets | NextLink | HeaderLink | Token | Keyset,
    Field(discriminator="kind"),
]
