"""What a receiver is told: once, whole, again only when it changed, whatever breaks meanwhile."""

import json
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from serving import DeliveryError, NotTakenError, Outbox
from serving.delivery import Wanted


class Receiver:
    """Takes batches, and refuses those of which ``answer`` raises."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, list[int]]] = []
        self.answer: Callable[[], None] = lambda: None

    def __call__(self, key: str, body: Mapping[str, Any]) -> None:
        self.batches.append((key, body["items"]))
        self.answer()

    @property
    def items(self) -> list[list[int]]:
        return [items for _, items in self.batches]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "private" / "outbox.sqlite") as found:
        yield found


def compose(key: str, payloads: Sequence[Any]) -> dict[str, Any]:
    return {"key": key, "items": list(payloads)}


def tell(outbox: Outbox, receiver: Receiver, values: Mapping[str, int]) -> tuple[int, int, str]:
    """What was sent, what stays, and why."""
    outbox.want(
        "crm", (Wanted(item, str(value), json.dumps(value)) for item, value in values.items())
    )
    done = outbox.deliver(compose, receiver, size=2)
    return done.count_sent, done.count_open, done.refusal


def refuse(*, is_certain: bool) -> Callable[[], None]:
    def answer() -> None:
        raise NotTakenError("no", is_certain=is_certain)

    return answer


THREE = {"a": 1, "b": 2, "c": 3}


def test_only_what_changed_is_told(outbox: Outbox, receiver: Receiver) -> None:
    assert tell(outbox, receiver, THREE) == (3, 0, "")
    assert tell(outbox, receiver, THREE) == (0, 0, "")
    assert tell(outbox, receiver, THREE | {"b": 9}) == (1, 0, "")
    assert tell(outbox, receiver, THREE) == (1, 0, "")
    assert receiver.items == [[1, 2], [3], [9], [2]]
    assert len({key for key, _ in receiver.batches}) == 4


def test_asking_for_the_changes_tells_nobody(outbox: Outbox, receiver: Receiver) -> None:
    tell(outbox, receiver, {"a": 1})
    outbox.want("crm", [Wanted("a", "5", "5"), Wanted("b", "2", "2")])

    asked = [[change.item, change.before, change.mark] for change in outbox.changes()]
    assert asked == [["a", "1", "5"], ["b", None, "2"]]
    assert len(receiver.batches) == 1


def test_a_batch_of_which_nobody_knows_is_sent_again_word_for_word(
    outbox: Outbox, receiver: Receiver
) -> None:
    receiver.answer = refuse(is_certain=False)
    assert tell(outbox, receiver, THREE) == (0, 3, "no")
    receiver.answer = lambda: None

    assert tell(outbox, receiver, THREE | {"a": 7})[:2] == (4, 0)

    assert receiver.batches[0] == receiver.batches[1]
    assert receiver.items[2:] == [[7, 3]]


def test_a_batch_that_was_refused_is_made_anew_of_what_holds_now(
    outbox: Outbox, receiver: Receiver
) -> None:
    receiver.answer = refuse(is_certain=True)
    tell(outbox, receiver, THREE)
    receiver.answer = lambda: None

    tell(outbox, receiver, THREE | {"a": 7})

    assert receiver.items == [[1, 2], [7, 2], [3]]
    assert receiver.batches[0][0] != receiver.batches[1][0]


@pytest.mark.parametrize("place", ["_take", "_next"])
def test_a_kill_at_either_side_of_a_batch_loses_nothing_and_changes_no_key(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    path = tmp_path / "outbox.sqlite"
    real = getattr(Outbox, place)

    def killed(self: Outbox, *arguments: Any) -> Any:
        if place == "_next":
            real(self, *arguments)
        raise KeyboardInterrupt

    with Outbox(path) as outbox, monkeypatch.context() as patch:
        patch.setattr(Outbox, place, killed)
        with pytest.raises(KeyboardInterrupt):
            tell(outbox, receiver, THREE)
    with Outbox(path) as outbox:
        assert tell(outbox, receiver, THREE) == (3, 0, "")

    by_key = dict(receiver.batches)
    assert sorted(by_key.values()) == [[1, 2], [3]]
    assert len(receiver.batches) == (3 if place == "_take" else 2)


def test_whom_nobody_may_know_any_more_is_forgotten_and_never_sent(
    outbox: Outbox, receiver: Receiver, tmp_path: Path
) -> None:
    receiver.answer = refuse(is_certain=False)
    tell(outbox, receiver, {"erased": 41, "b": 2})
    receiver.answer = lambda: None

    tell(outbox, receiver, {"b": 2})

    assert receiver.items == [[2, 41], [2]]
    assert b"erased" not in (tmp_path / "private" / "outbox.sqlite").read_bytes()
    assert outbox.told("crm") == ["b"]
    tell(outbox, receiver, {})
    assert outbox.told("crm") == ["b"]


def test_channels_know_nothing_of_each_other(outbox: Outbox, receiver: Receiver) -> None:
    tell(outbox, receiver, {"a": 1})
    outbox.want("cases:care", [Wanted("a", "open", "0")])

    assert outbox.deliver(compose, receiver, size=9).count_sent == 1
    assert outbox.channels("cases:") == ["care"]
    assert tell(outbox, receiver, {"a": 1}) == (0, 0, "")


def test_the_outbox_is_its_owners_and_a_broken_one_is_one_sentence(
    outbox: Outbox, tmp_path: Path
) -> None:
    path = tmp_path / "private" / "outbox.sqlite"
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path.parent, path)] == [0o700, 0o600]
    (tmp_path / "broken.sqlite").write_bytes(b"not a database, however long one looks at it" * 99)

    with pytest.raises(DeliveryError, match="restore it, or remove it"):
        Outbox(tmp_path / "broken.sqlite")
