"""Print `environment.yml`: the same packages as pyproject.toml, for conda users."""

import tomllib
from pathlib import Path

HEADER = """\
# The environment of pyproject.toml for conda users: conda env create -f environment.yml
# Written by scripts/write_environment.py."""


def environment(project: dict[str, object]) -> str:
    table = project["project"]
    assert isinstance(table, dict)
    needs = [*table["dependencies"], *table["optional-dependencies"]["dev"]]
    lines = [
        "name: molgfn",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        "  - python>=3.11,<3.13",
        "  - pip",
        "  - pip:",
    ]
    return "\n".join([HEADER, *lines, *(f'      - "{need}"' for need in needs), '      - "-e ."', ""])


def main() -> None:
    pyproject = Path(__file__).parent.parent / "pyproject.toml"
    print(environment(tomllib.loads(pyproject.read_text(encoding="utf-8"))), end="")


if __name__ == "__main__":
    main()
