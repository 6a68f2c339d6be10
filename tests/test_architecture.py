"""The rules of docs/develop/architecture.md, read off the source."""

import ast
from collections import defaultdict
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_MODULE, LONGEST_FUNCTION, MOST_FILES = 300, 59, 12
BELOW = {
    "cli": {"report", "campaign", "proxy", "oracles", "assay", "prior", "chem", "tables"},
    "report": {"campaign", "proxy", "oracles", "prior", "environments", "routes", "chem"},
    "campaign": {
        "flow",
        "baselines",
        "search",
        "proxy",
        "oracles",
        "assay",
        "prior",
        "environments",
        "routes",
        "chem",
        "tables",
    },
    "baselines": {"flow", "environments", "chem"},
    "search": {"prior", "environments", "chem"},
    "flow": {"environments", "chem"},
    "prior": {"environments", "chem"},
    "proxy": {"assay", "chem", "tables"},
    "oracles": {"chem"},
    "assay": {"chem", "tables"},
    "environments": {"chem", "routes"},
    "routes": {"chem", "tables"},
    "chem": {"tables"},
    "tables": set(),
}
"""What each folder may import. Modules at the top (errors, files, progress ...) import no folder; all may use them."""
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in (ROOT / "molgfn").rglob("*.py")
}


@cache
def parsed(name: str) -> list[ast.Import | ast.ImportFrom | ast.FunctionDef]:
    """Return the imports and the functions of a module, also those inside functions."""
    nodes = ast.walk(ast.parse(FILES[name].read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef)]


@cache
def imported(name: str) -> set[str]:
    """Return the modules of the package that a module imports."""
    modules = set()
    for node in parsed(name):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names if alias.name in FILES}
        elif isinstance(node, ast.ImportFrom) and node.module in FILES:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            modules |= {module if module in FILES else node.module for module in inner}
    return modules


def folder(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def test_imports_go_down():
    allowed = {name: set(BELOW.get(folder(name), ())) for name in FILES}
    up = {
        f"{name} imports {other}"
        for name in FILES
        for other in imported(name)
        if folder(other) in BELOW and folder(other) != folder(name) and folder(other) not in allowed[name]
    }
    assert not up


def test_no_circle_of_imports():
    graph: dict[str, set[str]] = defaultdict(set)
    for name in FILES:
        graph[name] = {other for other in imported(name) if other != name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("place", ["molgfn", "tests", "benchmarks", "scripts"])
def test_no_module_is_long(place):
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / place).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > (LONGEST_MODULE if place == "molgfn" else 400)
    }
    assert not long


def length(function: ast.FunctionDef) -> int:
    """Return the lines of a function without its docstring, which should be as long as its reader needs."""
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_no_function_is_long():
    long = {
        f"{name}.{node.name}": lines
        for name in FILES
        for node in parsed(name)
        if isinstance(node, ast.FunctionDef) and (lines := length(node)) > LONGEST_FUNCTION
    }
    assert not long


def test_no_folder_is_full():
    folders = {path.parent for path in FILES.values()}
    full = {
        str(place.relative_to(ROOT)): files
        for place in folders
        if (files := sum(path.name != "__init__.py" for path in place.glob("*.py"))) > MOST_FILES
    }
    assert not full
