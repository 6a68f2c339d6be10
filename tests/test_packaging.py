"""pyproject.toml, environment.yml and the lock name the same packages; the wheel works away from the repository."""

import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NEEDS = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]


def name_of(requirement: str) -> str:
    return re.split(r"[<>=!;\[ ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_the_conda_environment_is_that_of_pyproject() -> None:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert listed[-1]["pip"] == [*NEEDS, "-e ."]
    assert f"python{PROJECT['requires-python']}" in listed


def test_the_lock_fixes_every_package_that_pyproject_names() -> None:
    lines = [x for x in (ROOT / "requirements.lock").read_text().splitlines() if x and not x.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line) for line in lines)
    locked = {name_of(line) for line in lines}
    assert {name_of(need) for need in NEEDS} <= locked


def test_the_wheel_works_from_any_folder(tmp_path: Path) -> None:
    """Installed elsewhere, the bundled data, proxies and campaign files are found."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(tmp_path)]
    subprocess.run([*build, str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("molgfn-*.whl")
    venv.create(tmp_path / "env", with_pip=False)
    site = next((tmp_path / "env").glob("lib/python*/site-packages"))
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True)
    # The dependencies are those of this environment; only molgfn itself comes from the wheel.
    own = [p for p in sys.path if p.endswith("site-packages")]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {
        "PYTHONPATH": os.pathsep.join([str(site), *own])
    }
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    # Two commands in one process, since loading the libraries is most of its time.
    code = """
import molgfn
from molgfn.cli import main
print(molgfn.__file__)
for words in ("init mine --target PARP1", "check mine/campaign.toml --no-dock"):
    try:
        main(words.split())
    except SystemExit as left:
        print(words.split()[0], "ended with", left.code or 0)
"""
    ended = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=elsewhere, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    where, *lines = ended.stdout.splitlines()
    assert str(site) in where
    assert {"init ended with 0", "check ended with 0"} <= set(lines), ended.stderr
    assert (elsewhere / "mine" / "campaign.toml").is_file()
    assert "vocabulary" in ended.stdout
