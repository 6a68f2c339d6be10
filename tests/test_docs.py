"""The pages for users name only commands, options and pages that exist."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from molgfn.cli import app

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs" / "use").glob("*.md"))]
COMMAND = typer.main.get_command(app)


def shown_commands(text):
    """Return every command line of a page: in an indented block, or between backticks."""
    blocks = [line[4:].partition("  #")[0] for line in text.splitlines() if line.startswith("    molgfn ")]
    inline = re.findall(r"`(molgfn [^`]*)`", text)
    return [line.strip() for line in blocks + inline]


def check(line):
    """Follow the words of a command line down to its command, and look up each option there."""
    words = shlex.split(line.replace("...", ""))[1:]
    command = COMMAND
    while words and hasattr(command, "commands"):
        if words[0].startswith("-"):
            break
        assert words[0] in command.commands, f"{line}: no command {words[0]!r}"
        command = command.commands[words.pop(0)]
    options = {name for param in command.params for name in (*param.opts, *param.secondary_opts)} | {"-h", "--help"}
    for word in words:
        if re.match(r"--?[a-z]", word):
            assert word.partition("=")[0] in options, f"{line}: no option {word}"


def test_pages_show_commands():
    assert sum(len(shown_commands(page.read_text(encoding="utf-8"))) for page in PAGES) > 50


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_shown_exists_with_its_options(page):
    for line in shown_commands(page.read_text(encoding="utf-8")):
        if line != "molgfn COMMAND -h":
            check(line)


@pytest.mark.parametrize(
    "line", ["molgfn expotr RUN", "molgfn export RUN --topp 3", "molgfn proxy scores P", "molgfn --versions"]
)
def test_a_command_that_does_not_exist_is_noticed(line):
    with pytest.raises(AssertionError, match=r"no (command|option)"):
        check(line)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_options_named_alone_on_the_commands_page_exist():
    """A row of the table begins with a command; every option in the row is one of that command."""
    rows = re.findall(
        r"^\| `(molgfn [^`]*)` \|(.*)$", (ROOT / "docs" / "use" / "commands.md").read_text(), re.MULTILINE
    )
    assert len(rows) > 15
    for line, meaning in rows:
        for option in re.findall(r"`(--?[a-z][\w-]*)", meaning):
            check(f"{line} {option}")


def test_every_page_leads_to_the_glossary():
    for page in PAGES:
        if page.name not in ("CONTRIBUTING.md", "glossary.md"):
            assert "glossary.md" in page.read_text(encoding="utf-8"), page.name


def test_the_glossary_explains_the_words_that_files_and_tables_use():
    rows = re.findall(r"^\| ([\w0 ]+) \|", (ROOT / "docs" / "use" / "glossary.md").read_text(), re.MULTILINE)
    needed = "oracle proxy domain reward acquisition block stem state trajectory round posterior weight D0 core batch"
    assert {*needed.split(), "ensemble member", "flow network", "ligand efficiency", "noise floor"} <= set(rows)
    assert rows[1:] == sorted(rows[1:], key=str.casefold)
