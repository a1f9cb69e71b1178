"""``python -m tests.fuzz TARGET [SECONDS]``: coverage-guided, from the inputs that are kept.

Needs Atheris, which is no dependency of the project: ``pip install atheris``. New inputs lie in
``var/fuzz/TARGET``, one that raised in ``var/fuzz/TARGET-crash-…``; ``--keep`` instead of the
seconds writes the fewest inputs that reach as far as all to ``var/fuzz/TARGET-kept``, from where
what is worth keeping goes into ``corpus``.
"""

import sys
from pathlib import Path

import atheris

ROOMS = ["ingestion", "serving", "yaml", "openpyxl", "csv", "json"]
LONGEST = 8_192

# A room that is imported before this is not led by its coverage.
with atheris.instrument_imports(include=ROOMS, enable_loader_override=False):
    from ingestion.settings import PROJECT_ROOT
    from tests.fuzz.targets import TARGETS, try_out

FOUND = PROJECT_ROOT / "var" / "fuzz"
KEPT = Path(__file__).parent / "corpus"


def main(target: str, wish: str = "60", *flags: str) -> None:
    """Fuzz one target for a while, or keep the fewest inputs that reach as far as all.

    The flags are those with which libFuzzer starts this command again while it chooses.
    """
    kept, found = KEPT / target, FOUND / target
    for folder in (kept, found):
        folder.mkdir(parents=True, exist_ok=True)
    if wish == "--keep":
        fewest = FOUND / f"{target}-kept"
        fewest.mkdir(exist_ok=True)
        arguments = ["-merge=1", str(fewest), str(kept), str(found)]
    else:
        arguments = [f"-max_total_time={wish}", "-timeout=20", str(found), str(kept)]
    this = f"{sys.executable} -m tests.fuzz {target} {wish}"
    common = [f"-max_len={LONGEST}", f"-artifact_prefix={FOUND}/{target}-"]
    atheris.Setup(
        [this, *(flags or [*common, *arguments])],
        lambda data: try_out(target, data),
        internal_libfuzzer=True,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: python -m tests.fuzz {'|'.join(TARGETS)} [SECONDS | --keep]")
    main(*sys.argv[1:])
