"""The shell's view: help, exit codes, and errors without a traceback."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import molgfn
from molgfn.cli import app, main
from molgfn.errors import ConfigError, DataError, NoCandidateError, OracleError, Stopped

GOLDEN = Path(__file__).parents[1] / "golden" / "help.json"
# Only a command that hangs reaches it, on a busy machine too.
LIMIT_S = 600
COMMANDS = json.loads(GOLDEN.read_text(encoding="utf-8"))


def run_in_shell(*words: str, **settings):
    command = [sys.executable, "-c", "from molgfn.cli import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False, **settings)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_one_screen_and_shows_an_example(command):
    for flag in ("-h", "--help"):
        shown = CliRunner().invoke(app, [*command.split(), flag], prog_name="molgfn")
        assert shown.exit_code == 0
        lines = shown.output.splitlines()
        assert len(lines) <= 24
        assert max(map(len, lines)) <= 80
        assert "Example:" in shown.output
        for line in COMMANDS[command]:
            assert line in [" ".join(line.split()) for line in lines]


def test_every_command_is_in_the_golden_file():
    known = {name for group in app.registered_groups for name in [group.name]}
    listed = {command.split()[0] for command in COMMANDS if command}
    assert listed == known | {info.callback.__name__ for info in app.registered_commands}


def test_help_is_quick_and_loads_no_heavy_library():
    code = "import sys; from molgfn.cli import app; app(['-h'], standalone_mode=False); "
    heavy = "print(sorted({'torch', 'rdkit', 'pandas', 'numpy', 'sklearn', 'matplotlib'} & set(sys.modules)))"
    spent = "; import time; print(time.process_time())"
    command = [sys.executable, "-c", code + heavy + spent]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT_S)
    *_, loaded, cpu_s = ended.stdout.splitlines()
    assert loaded == "[]"
    # Far above the usual 0.2 s: only a heavy import takes so long. Wall time would measure the machine's load.
    assert float(cpu_s) < 10


def test_version(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"molgfn {molgfn.__version__}\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["rnu"], "No such command 'rnu'"),
        (["run"], "Missing argument 'CAMPAIGN.toml'"),
        (["run", "x.toml", "--rounds", "0"], "Invalid value for '--rounds'"),
        (["run", "x.toml", "--round", "3"], "No such option"),
        (["export", "runs/x", "--format", "xls"], "Invalid value for '--format'"),
        (["init", "x", "--box", "1", "2"], "--box"),
    ],
)
def test_a_wrong_command_line_ends_with_2(capsys, words, expected):
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    captured = capsys.readouterr()
    assert expected in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("c", "do this\nor that"), 2),
        (DataError("d"), 3),
        (OracleError("o"), 4),
        (NoCandidateError("n"), 5),
        (Stopped("s", "molgfn resume runs/x"), 75),
    ],
)
def test_each_error_has_its_exit_code_and_no_traceback(monkeypatch, capsys, error, code):
    monkeypatch.setattr("molgfn.oracles.docking.receptors.target_names", lambda: _raise(error))
    with pytest.raises(SystemExit) as left:
        main(["targets"])
    assert left.value.code == code
    assert capsys.readouterr() == ("", f"{error}\n")


def _raise(error):
    raise error


def test_an_internal_error_is_one_line_and_a_traceback_only_with_debug(monkeypatch, capsys):
    monkeypatch.setattr("molgfn.oracles.docking.receptors.target_names", lambda: _raise(KeyError("lost")))
    with pytest.raises(SystemExit) as left:
        main(["targets"])
    assert left.value.code == 1
    expected = "internal error: KeyError: 'lost'\n  Run the command again with --debug to see where.\n"
    assert capsys.readouterr().err == expected
    for words in (["targets", "--debug"], ["--debug", "targets"]):
        with pytest.raises(SystemExit) as left:
            main(words)
        assert left.value.code == 1
        assert "Traceback" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_named(capsys, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as left:
        main(["init", str(tmp_path / "file" / "deep"), "--target", "HSD11B1"])
    assert left.value.code == 2
    assert capsys.readouterr().err == f"{tmp_path}/file/deep: Not a directory\n"


def test_ctrl_c_outside_a_run_ends_with_130(monkeypatch, capsys):
    monkeypatch.setattr("molgfn.oracles.docking.receptors.target_names", lambda: os.kill(os.getpid(), signal.SIGINT))
    # A shell starts what it runs in the background with SIGINT ignored, and Python leaves it so.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(SystemExit) as left:
            main(["targets"])
    finally:
        signal.signal(signal.SIGINT, before)
    assert left.value.code == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_reader_that_leaves_early_sees_no_traceback():
    ended = subprocess.run(
        f"{sys.executable} -c 'from molgfn.cli import main; main()' targets | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=True,
    )
    assert ended.stdout.startswith("target ")
    assert ended.stderr == ""


def test_the_tab_key_completes_commands_once_it_is_set_up(tmp_path):
    settings = os.environ | {"HOME": str(tmp_path), "SHELL": "/bin/bash"}
    # The shell is found by the processes above this one: bash itself starts it.
    command = f"{sys.executable} -c 'from molgfn.cli import main; main()' --install-completion; exit $?"
    ended = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=LIMIT_S, check=False, env=settings
    )
    assert ended.returncode == 0, ended.stderr
    (script,) = (tmp_path / ".bash_completions").iterdir()
    assert "complete -o default -F" in script.read_text()
    asked = settings | {"_MOLGFN_COMPLETE": "complete_bash", "COMP_WORDS": "molgfn proxy re", "COMP_CWORD": "2"}
    ended = run_in_shell(env=asked)
    assert ended.stdout.split() == ["retrain"]


def test_a_wrong_campaign_ends_with_2_before_any_model_is_loaded(tmp_path):
    (tmp_path / "campaign.toml").write_text('[campaign]\nname = "x"\n[oracle]\ntarget = "PRAP1"\n')
    (tmp_path / "torch.py").write_text('raise SystemExit("torch was imported")')
    ended = run_in_shell("run", "campaign.toml", cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert ended.returncode == 2
    assert ended.stdout == ""
    expected = 'campaign.toml: [oracle] target = "PRAP1"\n  unknown target. Did you mean `PARP1`?\n'
    assert ended.stderr.startswith(expected)
    assert not (tmp_path / "runs").exists()
