"""Print the exact versions installed here, as `requirements.lock`."""

from importlib.metadata import distributions

HEADER = """\
# Exact versions that `make` installs; remade by `make lock`. torch here is any build of that release: on a machine
# without a graphics card, install the CPU build first to save disk."""


def main() -> None:
    found = {d.metadata["Name"].lower(): f"{d.metadata['Name']}=={d.version.split('+')[0]}" for d in distributions()}
    for name in ("molgfn", "pip", "setuptools"):
        found.pop(name, None)
    print(HEADER, *(found[name] for name in sorted(found)), sep="\n")


if __name__ == "__main__":
    main()
