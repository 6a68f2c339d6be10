"""Vocabulary commands, with real files."""

import pytest

from molgfn.bundled import bundled
from molgfn.cli import main

LIBRARY = [
    "O=C(Nc1ccccc1)C1CCNCC1",
    "Cc1ccccc1",
    "O=C(NC1CCNCC1)c1ccccc1",
    "Cc1ccc(C(=O)NC2CCNCC2)cc1",
    "CC1CCNCC1",
] * 4


def molgfn(capsys, *words):
    with pytest.raises(SystemExit) as left:
        main(list(map(str, words)))
    captured = capsys.readouterr()
    return left.value.code or 0, captured.out, captured.err


def test_a_vocabulary_of_ones_own_is_built_checked_and_used(capsys, tmp_path):
    library, out = tmp_path / "library.smi", tmp_path / "own.json"
    library.write_text("\n".join(LIBRARY) + "\nnot-a-molecule\n")
    code, shown, err = molgfn(capsys, "vocabulary", "build", library, "-o", out, "--size", "5")
    assert code == 0, err
    assert "%" in shown
    code, shown, _ = molgfn(capsys, "vocabulary", "check", out)
    assert code == 0
    assert "one tree for each molecule" in shown
    code, shown, _ = molgfn(capsys, "vocabulary", "decompose", LIBRARY[3], "--vocabulary", out)
    assert code == 0
    assert sorted(shown.splitlines()) == ["1  C", "1  C1CCNCC1", "1  C=O", "1  N", "1  c1ccccc1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "cannot be read: No such file or directory"),
        ("", "empty file"),
        ("nonsense\n", "none of its 1 rows is a molecule."),
    ],
)
def test_a_library_that_cannot_be_used_ends_with_3(capsys, tmp_path, text, expected):
    library = tmp_path / "library.smi"
    if text is not None:
        library.write_text(text)
    code, out, err = molgfn(capsys, "vocabulary", "build", library, "-o", tmp_path / "own.json")
    assert (code, out) == (3, "")
    assert err.splitlines()[-2 if "\n  " in err else -1].startswith(f"{library}: {expected}")
    assert not (tmp_path / "own.json").exists()


def test_the_bundled_vocabulary_is_right(capsys):
    code, out, _ = molgfn(capsys, "vocabulary", "check", bundled("data", "vocabulary.json"))
    assert code == 0
    assert "one tree for each molecule" in out


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [("C[Si](C)(C)c1ccccc1", "cannot be built from"), ("c1ccccc", "not a valid SMILES: 'c1ccccc'")],
)
def test_a_molecule_that_cannot_be_built_ends_with_3_and_the_reason(capsys, smiles, expected):
    code, out, err = molgfn(capsys, "vocabulary", "decompose", smiles)
    assert (code, out) == (3, "")
    assert expected in err


def test_a_device_that_is_not_there_is_told_before_anything_is_trained(capsys, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    code, _, err = molgfn(capsys, "vocabulary", "train", bundled("data", "vocabulary.json"), "--device", "cuda")
    assert code == 2
    assert err.startswith("--device cuda: this machine has no CUDA device")
    code, _, err = molgfn(capsys, "vocabulary", "train", bundled("data", "vocabulary.json"), "--device", "gpu")
    assert code == 2
    assert "'gpu'" in err
