"""Fault points: every place of a job at which something reaches the disk, by name and in order.

A job runs in a child that a warmed server forks, so that an attempt costs its own work and no
imports. There each file that is opened for writing, renamed, linked, removed or flushed, each
commit of the lake and each statement by which DuckDB writes a file is a point: they are counted,
their names are written down, and the child dies at one of them, as SIGKILL lets it. The code
under test knows nothing of it. Kills of a night at moments of the clock are in ``kills``.
"""

import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
PLACES = {"os.rename": 1, "os.symlink": 1, "os.remove": 0, "os.mkdir": 0, "os.rmdir": 0}
"""Audit events of the file system, and which argument names what changes."""

STATEMENT = re.compile(r"\s*(attach|checkpoint|commit|copy|detach)\b", re.IGNORECASE)
WITHOUT_MEANING = (".lock", ".sql")
"""Ends of files whose content nobody reads again: locks, and what dbt compiled."""

SAID = "said"
"""Audit event of a job that names a point itself, such as a step that it begins."""

LOG = "_delta_log"
PASSING = re.compile(r"[0-9a-f]{8,}(?:-[0-9a-f]+)*")
"""Parts of a name that differ from run to run."""


@dataclass(frozen=True)
class Attempt:
    """The points that a job came to, in order; a killed one died at the last of them."""

    points: tuple[str, ...]
    is_killed: bool
    seconds: float


@dataclass(frozen=True)
class Kill:
    """Where a job dies.

    Args:
        number: how many points it gets to; it dies at the last of them.
        after: the point from which on they are counted, by its name; from the first by default.
        delay: seconds that it goes on for, so that it dies within what the point stands before.
    """

    number: int
    after: str = ""
    delay: float = 0


def attempt(
    job: Callable[..., None],
    *arguments: object,
    root: Path,
    kill: Kill | None = None,
    environment: Mapping[str, str] | None = None,
) -> Attempt:
    """Run a job to its end or to its kill.

    Args:
        job: a function of a module that can be imported by name.
        arguments: what it gets.
        root: folder whose changes are points.
        kill: where it dies.
        environment: variables that the job needs.

    Raises:
        AssertionError: the job failed by itself; its traceback is in the captured output.
    """
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([__name__, job.__module__])
    log = root.with_name(f"{root.name}.points")
    log.write_text("", encoding="utf-8")
    child = server.Process(
        target=_run, args=(log, root, kill, dict(environment or {}), job, arguments)
    )
    began = time.monotonic()
    child.start()
    child.join()
    points = tuple(log.read_text(encoding="utf-8").splitlines())
    assert child.exitcode in (0, -signal.SIGKILL), points[-3:]
    return Attempt(points, child.exitcode != 0, time.monotonic() - began)


def killed_at_each(try_with: Callable[[Kill], Attempt], *, step: int = 1) -> Iterator[Attempt]:
    """Attempts killed at their first, second, third … point, until one is undisturbed.

    Where ``step`` is two, at the first, third, fifth … alone.
    """
    number = 1
    while (tried := try_with(Kill(number))).is_killed:
        yield tried
        number += step


def cut_power(root: Path, *, held: Collection[int]) -> list[str]:
    """Let the last attempt's machine lose its power: what was not flushed is empty by its name.

    So the usual file systems of Linux leave it, whose names reach the disk before what they
    name. Content that another name had before is kept.

    Args:
        root: folder of the attempt.
        held: numbers of the files that were on the disk before it.

    Returns:
        The files that lost their content.
    """
    flushed = set(_flushed_below(root).read_text(encoding="utf-8").splitlines())
    emptied = []
    for path in (path for path in root.rglob("*") if path.is_file() and not path.is_symlink()):
        found = path.stat()
        if found.st_ino not in held and f"{found.st_ino} {found.st_size}" not in flushed:
            os.truncate(path, 0)
            emptied.append(str(path.relative_to(root)))
    return emptied


def _flushed_below(root: Path) -> Path:
    """What an attempt flushed: number and size of each file."""
    return root.with_name(f"{root.name}.flushed")


def _run(
    log: Path,
    root: Path,
    kill: Kill | None,
    environment: dict[str, str],
    job: Callable[..., None],
    arguments: tuple[object, ...],
) -> None:
    os.environ.update(environment)
    flushed = _flushed_below(root)
    with log.open("wb", buffering=0) as points, flushed.open("wb", buffering=0) as flushes:
        _Driver(root, kill, points.write, flushes.write).watch()
        job(*arguments)
        # What ends after the job, such as a log that is closed, is no point of it.
        sys.stdout.flush()
        os._exit(0)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _file_of(descriptor: int) -> Path:
    return Path("/proc/self/fd", str(descriptor)).readlink()


def _is_of_a_table(path: Path) -> bool:
    return path.name == LOG or any((folder / LOG).is_dir() for folder in (path, path.parent))


def _changes(what: str, path: Any) -> bool:
    """Whether an operation does anything: a folder may be there, a file may be gone."""
    is_there = os.path.lexists(path)
    return {"mkdir": not is_there, "remove": is_there}.get(what, True)


class _Driver:
    """Counts the points of this process and ends it at one of them."""

    def __init__(
        self,
        root: Path,
        kill: Kill | None,
        write: Callable[[bytes], Any],
        write_flushed: Callable[[bytes], Any],
    ) -> None:
        self._root, self._kill, self._write = str(root.absolute()), kill, write
        self._write_flushed = write_flushed
        self._is_counting = not (kill and kill.after)
        self._count = 0

    def watch(self) -> None:
        """Make points of everything that this process writes below the root."""
        sys.addaudithook(self._audit)
        os.fsync = self._before_flush(os.fsync)
        for name in ("execute", "sql"):
            statement = getattr(duckdb.DuckDBPyConnection, name)
            setattr(duckdb.DuckDBPyConnection, name, self._around_statement(statement))
        for module in [*sys.modules.values()]:
            if hasattr(module, "write_deltalake"):
                module.write_deltalake = self._around_commit(module.write_deltalake)

    def _arrive(self, name: str, before_death: Callable[[], None] = lambda: None) -> None:
        """Be at a point, and die when it is the one."""
        self._write(f"{PASSING.sub('*', name)}\n".encode())
        if self._kill is None:
            return
        self._count += self._is_counting
        self._is_counting = self._is_counting or name == self._kill.after
        if self._count != self._kill.number:
            return
        if self._kill.delay:
            self._count += 1
            Timer(self._kill.delay, _die).start()
        else:
            self._kill, self._write = None, lambda _: 0
            before_death()
            _die()

    def _place(self, path: object) -> str | None:
        """A path below the root, as people name it; None for any other."""
        if not isinstance(path, str | bytes | Path):
            return None
        place = str(Path(os.fsdecode(path)).absolute())
        if not place.startswith(self._root) or place.endswith(WITHOUT_MEANING):
            return None
        return place.removeprefix(self._root).lstrip("/")

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == SAID:
            self._arrive(arguments[0])
        elif event == "open" and (arguments[2] or 0) & WRITING:
            self._arrive_below("open", arguments[0])
        elif event in PLACES:
            path, folder = Path(os.fsdecode(arguments[PLACES[event]])), arguments[-1]
            if isinstance(folder, int) and folder >= 0:
                path = _file_of(folder) / path
            self._arrive_below(event.removeprefix("os."), path)

    def _arrive_below(self, what: str, path: object) -> None:
        place = self._place(path)
        if place is not None and _changes(what, path):
            self._arrive(f"{what} {place}")

    def _before_flush(self, real: Callable[[int], None]) -> Callable[[int], None]:
        def fsync(descriptor: int) -> None:
            path = _file_of(descriptor)
            # The parts of a commit are flushed together, its log first: one point.
            if path.parent.name == LOG or not _is_of_a_table(path):
                self._arrive_below("fsync", path)
            real(descriptor)
            found = os.fstat(descriptor)
            self._write_flushed(f"{found.st_ino} {found.st_size}\n".encode())

        return fsync

    def _around_statement(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def execute(connection: object, query: object, *given: Any, **named: Any) -> Any:
            if isinstance(query, str) and (found := STATEMENT.match(query)):
                self._arrive(f"statement {found[1].lower()}")
            return real(connection, query, *given, **named)

        return execute

    def _around_commit(self, real: Callable[..., None]) -> Callable[..., None]:
        """Points before a commit of the lake, and between its data files and its log."""

        def write(table: Any, *given: Any, **named: Any) -> None:
            path = Path(getattr(table, "table_uri", str(table)).removeprefix("file://"))
            place = self._place(path)
            self._arrive(f"write {place}")
            real(table, *given, **named)
            self._arrive(f"commit {place}", lambda: max(path.glob("_delta_log/*.json")).unlink())

        return write
