import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from molgfn.errors import OracleError
from molgfn.oracles.docking.engines import DockingSettings, VinaInstallation, VinaProgram, docking_engine, find_vina
from molgfn.oracles.docking.ligand import prepare_ligands
from molgfn.oracles.docking.receptors import find_target

SMALL = replace(find_target("PARP1"), size=(16.0, 16.0, 16.0))
QUICK = DockingSettings(exhaustiveness=1, max_evals=3000)


@pytest.fixture
def no_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without Vina's Python package; the folder is its whole PATH."""
    monkeypatch.setitem(sys.modules, "vina", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    return tmp_path


def stand_in(folder: Path, script: str) -> Path:
    path = folder / "vina"
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)
    return path


def test_the_package_comes_first():
    pytest.importorskip("vina")
    assert docking_engine() == "vina 1.2.7 (python)"
    assert find_vina().program == ""


def test_a_package_of_another_platform_counts_as_none(monkeypatch, tmp_path):
    pytest.importorskip("vina")
    monkeypatch.setitem(sys.modules, "vina", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OracleError, match="neither the Python package"):
        docking_engine()


@pytest.mark.usefixtures("no_package")
def test_no_vina_at_all():
    with pytest.raises(OracleError) as caught:
        docking_engine()
    assert str(caught.value) == (
        "docking needs AutoDock Vina: neither the Python package `vina` nor a program `vina` on PATH was found.\n"
        "  Linux on x86-64 with Python 3.11 or 3.12: pip install vina==1.2.7\n"
        "  Elsewhere: apt-get install autodock-vina, or conda install -c conda-forge vina"
    )


@pytest.mark.parametrize("words", ["AutoDock Vina v1.2.3", "AutoDock Vina 1.2.3"])
def test_a_program_on_path_stands_in(no_package, words):
    path = stand_in(no_package, f"echo '{words}'\n")
    assert docking_engine() == f"vina program {path} (1.2.3)"
    assert isinstance(find_vina().start(SMALL, QUICK), VinaProgram)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("AutoDock Vina 1.1.2 (May 11, 2011)", "vina is AutoDock Vina 1.1.2; 1.2 or later is needed."),
        ("a web server", "vina is not AutoDock Vina: it answers 'a web server' to --version."),
    ],
)
def test_a_program_that_cannot_stand_in(no_package, words, message):
    stand_in(no_package, f"echo '{words}'\n")
    with pytest.raises(OracleError) as caught:
        docking_engine()
    assert message in str(caught.value)


def test_what_a_failing_program_says_is_the_message(tmp_path):
    ligand = prepare_ligands("CCO")[0]
    path = stand_in(tmp_path, "echo 'ERROR: the box is empty' >&2; exit 2\n")
    with pytest.raises(RuntimeError, match=r"^ERROR: the box is empty$"):
        VinaProgram(str(path), SMALL, QUICK).dock(ligand.pdbqt)
    stand_in(tmp_path, "exit 0\n")
    with pytest.raises(RuntimeError, match="vina ended with code 0 and no pose"):
        VinaProgram(str(path), SMALL, QUICK).dock(ligand.pdbqt)


def test_the_program_docks_as_the_package_does():
    pytest.importorskip("vina")
    program = shutil.which("vina", path=os.environ["PATH"])
    if program is None:
        pytest.skip("no program `vina` on PATH")
    ligand = prepare_ligands("NC(=O)c1ccccc1")[0]
    score, pose = VinaProgram(program, SMALL, QUICK).dock(ligand.pdbqt)
    expected, expected_pose = VinaInstallation("1.2.7").start(SMALL, QUICK).dock(ligand.pdbqt)
    assert score == pytest.approx(expected, abs=0.01)
    assert pose.count("ATOM") == expected_pose.count("ATOM") > 0
