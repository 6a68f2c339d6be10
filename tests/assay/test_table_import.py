"""Every row of a table is accounted for: in a compound, or left out with the reason that was planted."""

import gc
import random
import tracemalloc
from collections import Counter
from dataclasses import replace
from pathlib import Path
from string import whitespace

import pytest

from molgfn.assay.rejected_rows import line_list
from molgfn.assay.report import report, summary
from molgfn.assay.table_import import Assay, ReadingOptions, read_assay
from molgfn.bundled import bundled
from molgfn.errors import DataError
from tests.assay.chembl_export import PLANTED, Truth, export, molecules


@pytest.fixture(scope="module")
def planted() -> tuple[str, Truth]:
    return export(molecules(bundled("data", "parp1_docked.csv")))


@pytest.fixture(scope="module")
def imported(planted: tuple[str, Truth], tmp_path_factory: pytest.TempPathFactory) -> Assay:
    file = tmp_path_factory.mktemp("assay") / "chembl.csv"
    file.write_text(planted[0], encoding="utf-8")
    return read_assay(file)


def test_every_planted_defect_is_reported_and_nothing_else(planted: tuple[str, Truth], imported: Assay) -> None:
    truth = planted[1]
    assert truth.rows == imported.n_rows == 3000
    assert {row.line: row.reason for row in imported.unused} == truth.left_out
    assert set(PLANTED) <= set(truth.found.values())
    assert len(imported.bad) < 0.05 * 3000
    imported.check_rows()


def test_the_report_counts_what_was_planted(planted: tuple[str, Truth], imported: Assay) -> None:
    truth, numbers, words = planted[1], summary(imported), report(imported)
    assert numbers["left_out"] == Counter(truth.left_out.values())
    assert numbers["changes"] == {change: len(lines) for change, lines in truth.changes.items()}
    assert (numbers["censored_below"], numbers["censored_above"]) == (0, len(truth.bounds))
    assert numbers["contradictory"] == len(truth.contradictory)
    for reason, count in numbers["left_out"].items():
        assert f"{reason}: {count} (line" in words


def test_every_row_is_used_once_or_left_out_once(imported: Assay) -> None:
    used = [line for compound in imported.compounds for line in compound.lines]
    out = [row.line for row in imported.unused]
    assert sorted(used + out) == list(range(2, 3002))
    assert sorted(used) == [reading.line for reading in imported.readings]


def test_changes_bounds_and_contradictions_are_those_planted(planted: tuple[str, Truth], imported: Assay) -> None:
    truth = planted[1]
    for change, lines in truth.changes.items():
        assert [r.line for r in imported.readings if change in r.structure.changes] == sorted(lines)
    assert sorted(c.lines[0] for c in imported.compounds if c.relation == ">") == sorted(truth.bounds)
    assert not [c for c in imported.compounds if c.relation == "<"]
    assert sorted(c.lines for c in imported.compounds if c.remarks) == truth.contradictory


def test_line_ends_order_of_columns_and_separators_do_not_matter(
    planted: tuple[str, Truth], imported: Assay, tmp_path: Path
) -> None:
    text = planted[0].replace('";"', '","')
    # The rows that were spoilt by hand keep their semicolons, and stay spoilt.
    for name, content in (("dos.csv", planted[0].replace("\n", "\r\n")), ("comma.csv", text)):
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + content.encode())
        again = read_assay(tmp_path / name)
        assert again.compounds == imported.compounds
        assert [row.line for row in again.unused] == [row.line for row in imported.unused]


def mutated(text: str, rng: random.Random) -> bytes:
    """Spoil a table as editors, spreadsheets and disks do."""
    lines = text.split("\n")
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(lines))
        line = lines[place]
        cut = rng.randrange(len(line) + 1)
        lines[place] = rng.choice(
            (
                line[:cut],
                line[:cut]
                + rng.choice(('"', "'", ";", ",", "\t", "\x00", "\x1a", "é", "µ", "💊", "\r", "\x0b", " "))
                + line[cut:],
                line[:cut] + line[cut + 1 :],
                line.replace(";", rng.choice((",", "\t", "|")), rng.randint(1, 20)),
                line.replace(".", ","),
                "",
                line + line,
                line[::-1],
                line.replace("nM", rng.choice(("nm", "%", "kcal/mol", "", "M"))),
                line.replace("IC50", rng.choice(("Ki", "", "Inhibition"))),
                f"{'(' * rng.randint(1, 500)}{line}",
                line.replace("1", rng.choice(("9" * 400, "-", "1e", "٣", "nan", "inf"))),
            )
        )
    if rng.random() < 0.1:
        rng.shuffle(lines)
    whole = rng.choice(("\n", "\r\n", "\r")).join(lines)
    raw = whole.encode(rng.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le")))
    if rng.random() < 0.15:
        place = rng.randrange(len(raw))
        raw = raw[:place] + bytes([rng.randrange(256)]) + raw[place + rng.randint(0, 1) :]
    return raw[: rng.randrange(len(raw))] if rng.random() < 0.05 else raw


def check_mutated(seeds: range, tables: list[str], file: Path) -> int:
    """Import mutated files; return how many could be read. Only DataError may come, and no row may be lost."""
    readable, told = 0, {True}
    for seed in seeds:
        rng = random.Random(seed)
        file.write_bytes(mutated(rng.choice(tables), rng))
        try:
            assay = read_assay(file, ReadingOptions(decimal=rng.choice((None, None, "comma", "point"))))
        except DataError as error:
            told.add(str(file) in str(error))
            continue
        readable += 1
        used = [line for compound in assay.compounds for line in compound.lines]
        out = [row.line for row in assay.unused]
        accounted = set(used + out)
        assert len(accounted) == len(used) + len(out) == assay.n_rows
        numbers, words = summary(assay), report(assay)
        assert numbers["rows"] == numbers["rows_used"] + numbers["rows_rejected"] + numbers["rows_left_out"]
        assert all(reason in words for reason in numbers["left_out"])
        assert all("\n" not in row.found for row in assay.unused)
        for number, line in enumerate(assay.text.lines(), 1):
            if line.strip(whitespace + ",;\"'") and number not in accounted:
                assert number == 1 or continues(assay, number, accounted), f"line {number} is lost: {line!r}"
    assert told == {True}
    return readable


def continues(assay: Assay, number: int, accounted: set[int]) -> bool:
    """Return whether a line is the header, or belongs to a quoted cell of the row above it."""
    lines = list(assay.text.lines())
    start = max((line for line in accounted if line < number), default=0)
    before_header = all(not line.strip(whitespace + ",;") for line in lines[: number - 1])
    return before_header or "\n".join(lines[start - 1 : number - 1]).count('"') % 2 == 1


@pytest.fixture(scope="module")
def tables(planted: tuple[str, Truth]) -> list[str]:
    """The first rows of a ChEMBL export, and a lab's table."""
    lab = Path(__file__).parents[1] / "golden" / "assay" / "lab.csv"
    return ["\n".join(planted[0].split("\n")[:40]), lab.read_text(encoding="utf-8")]


def test_mutated_files_never_fail_and_never_lose_a_row(tables: list[str], tmp_path: Path) -> None:
    assert check_mutated(range(300), tables, tmp_path / "mutated.csv") > 100


@pytest.mark.slow
def test_ten_thousand_mutated_files(tables: list[str], tmp_path: Path) -> None:
    assert check_mutated(range(1000, 11_000), tables, tmp_path / "mutated.csv") > 2000


GOOD = "\n".join(f"C{i},CCO{'C' * i},{5 + i / 10:.1f},pIC50" for i in range(25))
HEAD = "id,smiles,value,unit\n"


def series(value: str) -> str:
    return "\n".join(f"C{i},CCO{'C' * i},{value},uM" for i in range(25))


def read(tmp_path: Path, content: str | bytes, options: ReadingOptions | None = None) -> Assay:
    file = tmp_path / "assay.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_assay(file, options)


def checked(tmp_path: Path, content: str | bytes, options: ReadingOptions | None = None) -> None:
    assay = read(tmp_path, content, options)
    assay.check_rows()
    assay.check_trainable()


def refused(tmp_path: Path, content: str | bytes, options: ReadingOptions | None = None) -> str:
    """Return what the user is told, with the folder left out."""
    with pytest.raises(DataError) as told:
        checked(tmp_path, content, options)
    return str(told.value).replace(f"{tmp_path}/", "")


def rows(*lines: str) -> str:
    return HEAD + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "assay.csv: empty file"),
        ("\n\n , \n", "assay.csv: empty file"),
        (HEAD, "assay.csv: a header, but no row below it."),
        ("smiles\nCCO\nCCC\n", "assay.csv, line 1: one column, 'smiles'."),
        ("smiles|value|unit\nCCO|5|nM\n", "It looks as if a vertical bar separated them."),
        ("structure,dose\nCCO,5\n", "no column for the measured value. Found: structure, dose."),
        ("drug,value\naspirin,5\n", "no column for the structure as SMILES. Found: drug, value."),
        ("smiles,IC50 (nM),Ki (nM)\nCCO,5,6\n", "2 columns could be the measured value: IC50 (nM), Ki (nM)."),
        ("smiles,value,value\nCCO,5,6\n", "2 columns are called 'value'."),
        (b"PK\x03\x04 and more", "an Excel workbook or another zip archive"),
        (b"\xd0\xcf\x11\xe0 and more", "an old Excel workbook (.xls)"),
        (b"smiles,value\nCCO,\x00\x01\x02", "a binary file, not a text table."),
        ("smiles,value,unit\n" + "C" * 1_100_000 + ",5,nM\n", "line 2: longer than 1,000,000 characters"),
        (rows("a,aspirin,5,nM", "b,ibuprofen,6,nM"), "Does column 'smiles' hold names?"),
        (rows("a,CCO,57,%", "b,CCN,60,%"), "per cent is refused"),
        (rows("a,CCO,57,furlong", "b,CCN,60,furlong"), "unknown unit 'furlong'"),
        (rows("a,CCO,57,nm"), "unknown unit 'nm'. Did you mean `nM`?"),
        (rows("a,CCO,57,", "b,CCN,5,"), "Where the table names no unit: --unit UNIT."),
        (rows("a,CCO,57,nM", "b,CCN,-9,kcal/mol"), "1 row of pActivity (first: line 2), 1 row of kcal/mol (f"),
        (rows("a,CCO,5,pIC50", "b,CCN,5,pKi", "c,CCC,5,pKi"), "Choose one: --type Ki."),
        (rows('a,CCO,"1,5",nM'), "line 2, column 'value': found '1,5'. Its comma may mark decimals or thousands."),
        (rows("a,CCO,5,nM", "b,CCN,5,nM"), "assay.csv: 2 compounds, but a model needs 20."),
        (HEAD + GOOD.replace("C0,CCO,5.0", "C0,CCO,no"), None),
        (HEAD + GOOD + "\na,b,c,d\ne,f,g,h", "2 of 27 rows are bad (7.4 %); at most 5 % are accepted."),
        (HEAD + series(">10"), "all 25 compounds have only a bound"),
        (HEAD + series("10"), "all values are equal (5 pActivity)."),
        (rows("a,CCO,5,pIC50", "a,CCN,6,pIC50") + GOOD, "one id, several structures: 2 (lines 2, 3), 'a' stands for 2"),
    ],
)  # fmt: skip
def test_what_the_user_is_told(tmp_path: Path, content: str | bytes, words: str | None) -> None:
    if words is None:
        read(tmp_path, content).check_rows()
    else:
        assert words in refused(tmp_path, content)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-8-sig"])
def test_other_encodings_are_read_and_mentioned(tmp_path: Path, encoding: str) -> None:
    text = HEAD.replace("id", "Prüfling") + GOOD
    assay = read(tmp_path, text.encode(encoding))
    assert len(assay.compounds) == 25
    assert bool(assay.text.remark) == (encoding != "utf-8-sig")


def test_a_comma_means_what_the_user_says(tmp_path: Path) -> None:
    text = "smiles;IC50 (nM)\nCCO;1,500\nCCN;20,5\n"
    comma = read(tmp_path, text, ReadingOptions(decimal="comma"))
    assert [round(10 ** (9 - c.value), 3) for c in comma.compounds] == [1.5, 20.5]
    point = read(tmp_path, text, ReadingOptions(decimal="point"))
    assert [round(10 ** (9 - c.value), 3) for c in point.compounds] == [1500]
    assert [row.found for row in point.unused] == ["'20,5' is not a number"]


def test_rows_that_name_no_endpoint_have_the_one_that_is_said(tmp_path: Path) -> None:
    assay = read(tmp_path, rows("a,CCO,1,uM", "b,CCN,5,pIC50", "c,CCC,5,pKi"), ReadingOptions(endpoint="IC50"))
    assert assay.quantity.unit == "pIC50"
    assert [(row.line, row.reason) for row in assay.unused] == [(4, "another endpoint")]


def test_columns_unit_and_endpoint_can_be_said(tmp_path: Path) -> None:
    text = "mol;what;number\nCCO;Ki;5\nCCN;IC50;6\nCCC;Ki;7\n"
    options = ReadingOptions({"smiles": "mol", "value": "number", "type": "what"}, "uM", "ki")
    assay = read(tmp_path, text, options)
    assert assay.quantity.unit == "pKi"
    assert [c.lines for c in assay.compounds] == [(2,), (4,)]
    assert [(row.line, row.reason, row.is_bad) for row in assay.unused] == [(3, "another endpoint", False)]
    for chosen, words in (({"smiles": "molx"}, "Did you mean `mol`?"), ({"smile": "mol"}, "Did you mean `smiles`?")):
        assert words in refused(tmp_path, text, replace(options, columns=chosen))


def test_a_stray_quote_costs_its_own_row_alone(tmp_path: Path) -> None:
    text = HEAD + GOOD.replace("C3,", '"C3,').replace("C9,", 'C9",')
    assay = read(tmp_path, text)
    assert [row.line for row in assay.unused] == [5]
    assert len(assay.compounds) == 24


def test_a_cell_that_is_too_long_is_named_with_its_column_and_the_limit(tmp_path: Path) -> None:
    assay = read(tmp_path, f"smiles,value,unit,note\nCCO,5,nM,{'x' * 200_000}\nCCN,6,nM,one\n")
    found = "column 4 (note): a cell of more than 131,072 characters, which is the limit"
    assert [(row.line, row.found) for row in assay.unused] == [(2, found)]


def test_a_note_may_go_over_lines(tmp_path: Path) -> None:
    text = 'smiles,value,unit,note\nCCO,5,nM,"two\nlines"\nCCN,6,nM,one\n'
    assay = read(tmp_path, text)
    assert [c.lines for c in assay.compounds] == [(2,), (4,)]
    assert not assay.unused


def test_energies_keep_their_sense(tmp_path: Path) -> None:
    assay = read(tmp_path, "smiles,value,unit\nCCO,-41.84,kJ/mol\nCCN,<-9,kcal/mol\n")
    assert [(c.value, c.relation) for c in assay.compounds] == [(pytest.approx(-10), "="), (-9, "<")]
    assert assay.quantity.direction == "minimise"


def test_lines_are_named() -> None:
    assert line_list([4]) == "line 4"
    assert line_list(list(range(2, 2002)), most=1) == "lines 2 and 1,999 more"


def test_a_date_that_could_be_two_days_is_said_to_be_unread(tmp_path: Path) -> None:
    dates = ["2024-05-31", "05/06/2024", "2019", "31-May-2024", "2024-02-30", "", "2024-05-31 10:00"]
    lines = [f"CCO{'C' * i},{i + 1},nM,{day}" for i, day in enumerate(dates)]
    assay = read(tmp_path, "smiles,value,unit,date\n" + "\n".join(lines))
    days = ["2024-05-31", "", "2019", "2024-05-31", "", "", "2024-05-31"]
    assert [compound.day for compound in assay.compounds] == days
    assert [reading.line for reading in assay.readings if reading.unread_day] == [3, 6]
    assert "date not read: 2 (lines 3, 6), '05/06/2024'; accepted: 2024-05-31," in report(assay)


def test_per_cent_is_refused_even_where_the_user_names_the_column(tmp_path: Path) -> None:
    options = ReadingOptions({"value": "% inhibition"})
    assert "per cent is refused" in refused(tmp_path, "smiles,% inhibition\nCCO,57\nCCN,60\n", options)


def test_what_helps_is_said_where_many_rows_are_bad(tmp_path: Path) -> None:
    names = ["aspirin", "C", "olaparib", "N", "niraparib", "CO"]
    told = refused(tmp_path, HEAD + "\n".join(f"{i},{name},5,nM" for i, name in enumerate(names)))
    assert "bad (66.7 %)" in told
    assert "Does column 'smiles' hold names?" in told


def test_no_cell_of_a_usable_row_is_kept(tmp_path: Path) -> None:
    """Memory does not grow with the width of a table, and little with its length."""
    note = "x" * 2000
    lines = [f"M{i % 50},CCO{'C' * (i % 50)},{i + 1},nM,{note}{i}" for i in range(4000)]
    (tmp_path / "assay.csv").write_text("id,smiles,value,unit,note\n" + "\n".join(lines))
    read_assay(tmp_path / "assay.csv")
    # The more objects other tests have left, the later cycles are collected: set them aside.
    gc.collect()
    gc.freeze()
    tracemalloc.start()
    try:
        assay = read_assay(tmp_path / "assay.csv")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.unfreeze()
    assert len(assay.readings) == 4000
    assert peak < 0.75 * (tmp_path / "assay.csv").stat().st_size
