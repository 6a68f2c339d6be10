import re
import sqlite3
from contextlib import closing
from html.parser import HTMLParser

import pytest

from molgfn.errors import ConfigError
from molgfn.report.html import write_report

HOSTILE = "<img src=x onerror=alert(1)><script>alert('2')</script>&\"'"
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Collects tags, attributes and visible text, and checks that what is opened is closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words, self._open = [], [], [], []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] != "style":
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture
def report(run):
    return write_report(run).read_text(encoding="utf-8")


def test_the_report_is_one_file_in_the_run(run):
    assert write_report(run) == run / "report.html"
    assert [path.name for path in run.glob("*.html")] == ["report.html"]
    assert 10_000 < (run / "report.html").stat().st_size < 6_000_000


def test_nothing_is_loaded_and_nothing_runs(report):
    page = Page(report)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in ("src", "href", "srcset") or name.startswith("on")]
    assert not re.search(r"https?:|//\w|url\(|@import", report)


def test_every_section_is_there(report):
    text = Page(report).text
    for title in (
        "Progress by round",
        "Prediction against docking score",
        "Best candidates",
        "Failures",
        "Sampled, but not proposed",
        "Settings",
    ):
        assert title in text
    assert report.count('<svg class="plot"') == 5
    assert report.count('<svg class="structure"') == 16


def test_each_round_stands_beside_d0_in_the_table(report):
    rows = [
        [re.sub(r"<.*?>|\s+", " ", cell).strip() for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr.*?>(.*?)</tr>", report, re.DOTALL)
    ]
    start, first, second = (row for row in rows if len(row) == 11)
    assert (start[0], first[0], second[0]) == ("D0 (initial data)", "1", "2")
    assert [row[3] for row in (start, first, second)] == ["30", "4", "4"]
    for row in (start, first, second):
        assert re.fullmatch(r"-\d+\.\d\d", row[4])
        assert re.fullmatch(r"\d+\.\d\d", row[5])
        assert re.fullmatch(r"0\.\d{3} ± 0\.\d{3}", row[7])
        assert re.fullmatch(r"\d+\.\d ± \d+\.\d", row[8])
    assert [row[10] for row in (start, first, second)] == ["–", "round_001 5", "round_002 5"]


def test_cards_tell_docked_from_predicted_and_never_give_a_failure_a_value(report):
    cards = {re.search(r"PARP1-\d+", card)[0]: card for card in re.findall(r"<article.*?</article>", report, re.DOTALL)}
    assert len(cards) == 16
    docked = [card for card in cards.values() if 'class="card completed"' in card]
    assert len(docked) == 8
    assert all(re.search(r"docked; predicted -\d+\.\d\d ± 0\.50", card) for card in docked)
    (failed,) = (card for card in cards.values() if 'class="card failed"' in card)
    assert "predicted; the oracle failed" in failed
    assert "<dt>LE</dt><dd>–</dd>" in failed


def test_cards_say_whether_the_proxy_knows_the_like(report):
    for card in re.findall(r"<article.*?</article>", report, re.DOTALL):
        mean = float(re.search(r"(-\d+\.\d+) ±", card)[1])
        said = "in the domain" if mean < -8 else "outside the domain"
        assert re.search(rf"{said} of the proxy: similarity 0\.\d\d to the nearest training molecule", card)


def test_a_docking_score_is_never_called_measured(report):
    settings = report.index("<h2>Settings")
    assert "measure" not in Page(report[:settings] + "</body></html>").text


def test_values_of_another_oracle_are_measured(run):
    path = run / "campaign.resolved.toml"
    path.write_text(path.read_text().replace('kind = "docking"', 'kind = "python"'))
    text = Page(write_report(run).read_text()).text
    assert "measured; predicted" in text
    assert "dock" not in text.partition("Settings")[0]


def test_what_the_proxy_does_not_know_is_left_empty(run, change):
    change(run, "UPDATE predictions SET pred_std = NULL, in_domain = NULL")
    text = Page(write_report(run).read_text()).text
    assert len(re.findall(r"docked; predicted -\d+\.\d\d LE", text)) == 8
    assert "the domain of the proxy" not in text
    assert not re.findall(r".{0,60}(?:\bnan\b|None).{0,20}", text.partition("Settings")[0])


def test_failures_and_rejections_are_counted_by_reason(report):
    text = Page(report).text
    assert "timeout 1 0 no answer within 600 s PARP1-000005" in text
    assert "mw below 200 2" in text
    assert "alert PAINS: quinone_A(370) 2" in text
    assert "2 molecules in all" in text


def test_a_failure_that_was_answered_later_is_counted_apart(run, change):
    change(
        run,
        "UPDATE compounds SET status = 'completed' WHERE status = 'failed'",
        "INSERT INTO measurements SELECT NULL, compound_id, round, 'x', -9, 'kcal/mol', '', 1, '' FROM failures",
    )
    assert "timeout 0 1 no answer within 600 s" in Page(write_report(run).read_text()).text


def test_what_the_log_tells_of_sampling_is_shown(run):
    line = '{"time": "t", "event": "proposed", "round": 1, "sampled": 640, "merged_by_inchikey": 7}\n'
    (run / "log.jsonl").write_text('{"event": "selected", "round": 1}\n' + line + line.replace("640", "641") + '{"tor')
    text = Page(write_report(run).read_text()).text
    assert "round sampled merged by InChIKey 1 641 7" in text


def test_everything_that_comes_from_files_is_escaped(run, change):
    quoted = HOSTILE.replace("'", "''")
    change(
        run,
        f"UPDATE compounds SET smiles = '{quoted}' WHERE compound_id = 'PARP1-000001'",
        f"UPDATE compounds SET compound_id = '{quoted}' WHERE compound_id = 'PARP1-000007'",
        f"UPDATE failures SET code = '{quoted}', message = '{quoted}'",
        f"UPDATE rejected SET reason = '{quoted}', smiles = smiles || '{quoted}'",
        f"UPDATE measurements SET unit = '{quoted}'",
        f"UPDATE initial_data SET smiles = '{quoted}' WHERE rowid = 1",
    )
    settings = run / "campaign.resolved.toml"
    settings.write_text(settings.read_text().replace("parp1-demo", "<b>bold</b>") + f"# {HOSTILE}\n")
    (run / "manifest.json").write_text('{"argv": ["<script>alert(3)</script>"]}')
    (run / "log.jsonl").write_text('{"event": "proposed", "round": 1, "<script>": "<script>"}\n')
    report = write_report(run).read_text(encoding="utf-8")
    page = Page(report)
    assert not {"script", "img", "b"} & set(page.tags)
    assert HOSTILE in page.text
    assert "(no picture)" in page.text


def test_a_run_without_a_finished_round_has_a_report(make_run, change):
    run = make_run(rounds=0)
    text = Page(write_report(run).read_text()).text
    assert "0 of 2 rounds are finished" in text
    assert "No molecule is proposed yet" in text
    change(run, "DELETE FROM initial_data")
    (run / "manifest.json").unlink()
    assert "Nothing is docked yet" in Page(write_report(run).read_text()).text


def test_only_the_best_fifty_are_drawn(run, monkeypatch):
    monkeypatch.setattr("molgfn.report.html.BEST_SHOWN", 3)
    assert write_report(run).read_text().count("<article") == 3


def test_settings_and_versions_are_shown(report):
    text = Page(report).text
    assert 'target = "PARP1"' in text
    assert "versions.molgfn 0.1.0" in text


def test_the_report_can_be_written_while_the_run_writes(run):
    with closing(sqlite3.connect(run / "campaign.sqlite", timeout=0)) as writer, writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM rejected")
        write_report(run)
        writer.execute("DELETE FROM phases")


def test_the_report_is_the_same_every_time(run):
    assert write_report(run).read_bytes() == write_report(run).read_bytes()


def test_a_folder_that_is_no_run_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no run directory"):
        write_report(tmp_path)
