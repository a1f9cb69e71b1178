"""Who is calling: what the zone knows of a number, in words, for the one who picks up.

Every person with the number is told; none is guessed. How a written number is understood
belongs in ``ingestion``, where the door understands it the same way.
"""

from collections.abc import Sequence
from datetime import UTC
from zoneinfo import ZoneInfo

from serving.contact.reading import Caller, Contacts, Touch
from serving.wording import Language, Wording, for_terminal


def tell_callers(
    contacts: Contacts,
    written: str,
    numbers: Sequence[str],
    *,
    language: Language = "en",
    time_zone: str = "UTC",
    calendar: str = "gregorian",
) -> str:
    """Who has the number, in one language.

    Args:
        contacts: the open zone.
        written: the number as it was typed.
        numbers: what that may mean, as E.164 digits; none when it is no number.
        language: of the answer.
        time_zone: of due times.
        calendar: of dates, ``gregorian`` or ``jalali``.
    """
    wording = Wording(language, contacts.calendar() if calendar == "jalali" else None)
    if not numbers:
        shown = wording.literal(for_terminal(written[:40]))
        return wording.say("who", "no_number", written=shown) + "\n"
    found = contacts.who(numbers)
    page = _Page(wording, contacts.labels(language), ZoneInfo(time_zone))
    lines = []
    for digits in numbers:
        callers = [each for each in found.callers if each.phone_e164 == f"+{digits}"]
        lines += page.number(callers)
    if found.count_withheld:
        count = wording.number(found.count_withheld)
        lines.append(wording.say("who", "withheld", count=count))
    if not lines:
        shown = " / ".join(wording.literal(f"+{digits}") for digits in numbers)
        lines.append(wording.say("who", "nobody", number=shown))
    return for_terminal("\n".join(lines)) + "\n"


class _Page:
    def __init__(
        self, wording: Wording, labels: dict[tuple[str, str], str], time_zone: ZoneInfo
    ) -> None:
        self._wording, self._labels, self._time_zone = wording, labels, time_zone

    def number(self, callers: Sequence[Caller]) -> list[str]:
        if not callers:
            return []
        first, literal = callers[0], self._wording.literal
        lines = [literal(f"{first.phone_e164} ({first.phone_national})")]
        if first.is_shared_number:
            count = self._wording.number(first.count_persons)
            lines.append(self._say("shared", count=count))
        return [*lines, *(line for caller in callers for line in self._caller(caller))]

    def _caller(self, caller: Caller) -> list[str]:
        name = caller.full_name or self._say("no_name")
        remarks = [
            self._say(key)
            for key, holds in (("opted_out", caller.is_opted_out), ("internal", caller.is_internal))
            if holds
        ]
        facts = self._say(
            "facts",
            language=self._label("language", caller.language),
            channel=self._label("channel", caller.preferred_channel),
            segment=self._label("segment", caller.segment),
        )
        known = {"treatment_class": caller.value_tier, "risk_band": caller.risk_band}
        tiers = [self._label(domain, code) for domain, code in known.items() if code]
        head = " · ".join([name, self._wording.literal(caller.customer_id), *remarks])
        lines = [f"- {head}", "  " + " · ".join([facts, *tiers])]
        if caller.last_nps_score is not None and caller.last_nps_date:
            score = self._wording.number(caller.last_nps_score)
            date = self._wording.date(caller.last_nps_date)
            lines.append("  " + self._say("nps", score=score, date=date))
        return [*lines, f"  {self._cases(caller)}", *map(self._touch, caller.touches)]

    def _cases(self, caller: Caller) -> str:
        if caller.case_id is None or caller.case_due_at is None:
            return self._say("no_case")
        due = caller.case_due_at.replace(tzinfo=UTC).astimezone(self._time_zone)
        case = self._say(
            "case",
            case=self._wording.literal(caller.case_id),
            reason=self._label("reason", caller.case_reason),
            step=self._label("suggested_step", caller.case_step),
            due=self._wording.time(due),
        )
        count = self._wording.number(caller.count_open_cases)
        return f"{self._say('cases', count=count)}; {case}"

    def _touch(self, touch: Touch) -> str:
        parts = [("touchpoint", touch.touchpoint or ""), ("channel", touch.channel or "")]
        what = next((self._label(*part) for part in parts if part[1]), self._say("unknown"))
        reason = f" ({self._label('reason', touch.reason)})" if touch.reason else ""
        date = self._wording.date(touch.touched_on)
        return "  " + self._say("touch", date=date, what=what + reason)

    def _label(self, domain: str, code: str | None) -> str:
        return self._labels.get((domain, code), code) if code else self._say("unknown")

    def _say(self, key: str, **values: str) -> str:
        return self._wording.say("who", key, **values)
