"""What a proposal says can be said in three languages, all of it."""

import ast
import string
from pathlib import Path

import yaml

from ingestion.proposing import wording
from ingestion.settings import PROJECT_ROOT

SPOKEN = [*Path(wording.__file__).parent.glob("*.py"), PROJECT_ROOT / "orchestration" / "adding.py"]


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_sentence_is_there_in_persian_and_russian_with_the_same_parts() -> None:
    sentences = yaml.safe_load(wording.SENTENCES.read_text(encoding="utf-8"))
    nodes = [node for path in SPOKEN for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    told = {
        call.args[0].value
        for call in nodes
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "said"
        and isinstance(call.args[0], ast.Constant)
    }

    assert told <= sentences.keys()
    assert sentences.keys() <= texts
    for english, others in sentences.items():
        assert others.keys() == {"fa", "ru"}
        assert all(fields(other) == fields(english) for other in others.values()), english
