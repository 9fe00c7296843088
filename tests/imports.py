"""Which modules of the project a file imports, read from its text."""

import ast
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def module_path(module: str) -> Path | None:
    """Return the file of one of the project's own modules."""
    base = REPOSITORY.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


def imported_modules(path: Path) -> set[str]:
    """Return the project's modules that a file imports, also inside functions."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    own = {name for name in names if name.split(".")[0] in {"pipeline", "stages"}}
    return {name for name in own if module_path(name) is not None}


def reached_modules(module: str) -> set[str]:
    """Return all of the project's modules that importing and running a module can reach."""
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = module_path(name)
        if name in reached or path is None:
            continue
        reached.add(name)
        waiting += imported_modules(path)
        waiting += [".".join(name.split(".")[:end]) for end in range(1, name.count(".") + 1)]
    return reached


def unit(module: str) -> str:
    """Return the folder below pipeline/, or the single file, that a module belongs to."""
    parts = module.split(".")[:2]
    path = REPOSITORY.joinpath(*parts)
    return "/".join(parts) if path.is_dir() else "/".join(parts) + ".py"
