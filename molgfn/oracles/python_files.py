"""The files that a Python oracle consists of, so that a run can hold a copy of them."""

from collections.abc import Iterable, Iterator
from modulefinder import ModuleFinder
from pathlib import Path

LARGEST_COPY = 50_000_000
"""Bytes of data beside the modules of an oracle up to which they are copied."""


def files_of(factory: str, folder: Path) -> dict[str, Path]:
    """Return the files in a folder that an oracle needs, by their place in it.

    These are its module, all modules of the folder that it imports, and the files that lie beside these. Data beside
    them is left out if it is more than `LARGEST_COPY`: then the modules alone are returned.

    Parameters
    ----------
    factory : str
        ``module:Class``.
    folder : Path
        Where the module is searched first. Nothing is returned if it is not there, but an installed package.
    """
    module = factory.partition(":")[0]
    finder = ModuleFinder(path=[str(folder)], excludes=["molgfn"])
    try:
        finder.import_hook(module)
    except ImportError:
        return {}
    modules = {Path(entry.__file__) for entry in finder.modules.values() if entry.__file__}  # type: ignore[attr-defined]
    beside = set(_beside(modules))
    files = modules | beside if sum(file.stat().st_size for file in beside) <= LARGEST_COPY else modules
    return {file.relative_to(folder).as_posix(): file for file in sorted(files)}


def _beside(modules: Iterable[Path]) -> Iterator[Path]:
    for folder in {module.parent for module in modules}:
        yield from (file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
