"""The commit of the code that makes a result, which every row or file of `results/` carries."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def commit() -> str:
    """Return the short commit of this checkout, with "+changes" behind it where tracked files differ from it.

    Returns
    -------
    str
        "unknown" outside a git checkout.
    """
    try:
        head = _git("rev-parse", "--short=7", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no", "--", "molgfn", "benchmarks", "data", "proxy")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head}+changes" if changed else head


def _git(*words: str) -> str:
    answer = subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True)
    return answer.stdout.strip()


# Taken when the program starts: the checkout may move while it runs.
COMMIT = commit()
