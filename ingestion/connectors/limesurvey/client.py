"""LimeSurvey RemoteControl 2: a session, and the calls that reading needs.

Knows no entity. Failures come as HTTP 200 with a status text, so the text decides.
"""

import base64
import json
from itertools import count
from types import TracebackType
from typing import Any, Self

from ingestion.errors import SourceError, TransientSourceError
from ingestion.readers.http import JsonClient

SESSION_LOST = "invalid session key"
NOTHING = (
    *("no data, could not get max id", "no response found", "no survey participants found"),
    *("error: no survey participants table", "no survey participants table"),
)
EXPORT = ("json", None, "all", "code", "short")


class RemoteControl:
    """A session, as a context manager: the key is released whatever happens.

    Args:
        http: posts to the interface; the session key joins its redactions.
        user, password: the account, with permission to export the surveys.
    """

    def __init__(self, http: JsonClient, *, user: str, password: str) -> None:
        self._http, self._user, self._password = http, user, password
        self._key = ""
        self._numbers = count(1)

    def __enter__(self) -> Self:
        self._log_in()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._send("release_session_key", [self._key])
        except SourceError:
            # The session expires by itself; what was read counts more than the farewell.
            pass
        finally:
            self._http.close()

    def responses(
        self, survey: str, *, first: int, last: int | None, only_ids: bool = False
    ) -> list[dict[str, Any]]:
        """The responses with ids from ``first`` to ``last``; empty when there are none."""
        fields = ["id"] if only_ids else None
        parameters = [int(survey), *EXPORT, first, last, fields]
        packed = self._call("export_responses", parameters)
        if not packed:
            return []
        try:
            records = json.loads(base64.b64decode(packed, validate=True))["responses"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise TransientSourceError(f"survey {survey}: the export is not complete") from None
        return list(records)

    def participants(
        self, survey: str, *, start: int, limit: int, attributes: list[str]
    ) -> list[dict[str, Any]]:
        """A page of participants; empty when there are none."""
        parameters = [int(survey), start, limit, False, attributes]
        return list(self._call("list_participants", parameters) or [])

    def questions(self, survey: str, language: str) -> list[dict[str, Any]]:
        """The questions and sub-questions of a survey."""
        return list(self._call("list_questions", [int(survey), None, language]) or [])

    def _call(self, method: str, parameters: list[Any]) -> Any:
        """The result of ``method``; a lost session is renewed once; None for "no data"."""
        result, status = self._asked(method, parameters)
        if status.lower() == SESSION_LOST:
            self._log_in()
            result, status = self._asked(method, parameters)
        if status.lower().startswith(NOTHING):
            return None
        if isinstance(result, dict):
            raise SourceError(f"LimeSurvey refuses {method} for {parameters[:1]}: {status}")
        return result

    def _asked(self, method: str, parameters: list[Any]) -> tuple[Any, str]:
        """The result of ``method`` in this session, and the status text that stands for it."""
        result = self._send(method, [self._key, *parameters])
        return result, str(result.get("status") or "") if isinstance(result, dict) else ""

    def _log_in(self) -> None:
        key = self._send("get_session_key", [self._user, self._password])
        if not isinstance(key, str) or not key:
            reason = key.get("status") if isinstance(key, dict) else "no session key"
            raise SourceError(f"LimeSurvey refuses the login: {reason}")
        self._key = key

    def _send(self, method: str, parameters: list[Any]) -> Any:
        answer = self._http.post(
            {"method": method, "params": parameters, "id": next(self._numbers)}
        )
        if not isinstance(answer, dict) or "result" not in answer:
            raise TransientSourceError(f"LimeSurvey answers {method} with no result")
        if answer.get("error"):
            raise SourceError(f"LimeSurvey fails at {method}: {str(answer['error'])[:200]}")
        return answer["result"]
