from molgfn.oracles import python_files
from molgfn.oracles.python_files import files_of


def write(folder, **files):
    for name, text in files.items():
        file = folder / name.replace("__", "/").replace("_py", ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def test_an_oracle_is_its_module_what_that_imports_here_and_the_data_beside(tmp_path):
    write(tmp_path, o_py="import json\nfrom mine.deep import x\ndef f():\n    import late\n", late_py="", other_py="")
    write(tmp_path, mine__deep_py="from molgfn.errors import DataError\nx = 1\n", runs__big="")
    for name in ("mine/__init__.py", "mine/weights.json", ".hidden"):
        (tmp_path / name).write_text("")
    # What lies beside a module may be its data, other modules included.
    expected = ["late.py", "mine/__init__.py", "mine/deep.py", "mine/weights.json", "o.py", "other.py"]
    assert list(files_of("o:Class", tmp_path)) == expected


def test_a_module_of_a_package_is_found(tmp_path):
    write(tmp_path, a__b_py="")
    (tmp_path / "a/__init__.py").write_text("")
    assert list(files_of("a.b:Class", tmp_path)) == ["a/__init__.py", "a/b.py"]


def test_an_installed_oracle_has_no_files_of_its_own(tmp_path):
    assert files_of("json:loads", tmp_path) == {}


def test_large_data_is_not_copied(tmp_path, monkeypatch):
    write(tmp_path, o_py="", weights="x" * 100)
    assert list(files_of("o:Class", tmp_path)) == ["o.py", "weights"]
    monkeypatch.setattr(python_files, "LARGEST_COPY", 50)
    assert list(files_of("o:Class", tmp_path)) == ["o.py"]
