"""Reading what people declare for this room in YAML.

What a declaration may say belongs in the module that owns its model.
"""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Declared = TypeVar("Declared", bound=BaseModel)


def read_declaration(path: Path, model: type[Declared], error: type[Exception]) -> Declared:
    """A file of declarations, checked; an empty one declares what the model has by default.

    Args:
        path: of the file.
        model: what may be declared.
        error: what is raised with one sentence when the file is missing or not understood.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return model.model_validate({} if content is None else content)
    except OSError as cause:
        raise error(f"{path} cannot be read: {cause.strerror}") from cause
    except (UnicodeDecodeError, RecursionError) as cause:
        raise error(f"{path} is no UTF-8 text of a sane depth") from cause
    except yaml.YAMLError as cause:
        raise error(f"{path} is not YAML: {' '.join(str(cause).split())}") from cause
    except ValidationError as cause:
        first = cause.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise error(f"{path}: {where}: {first['msg']}") from cause
