import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib

from molgfn.plotting import FIRST, new_plot


def line(form="as_file", label="scores", title="best -9.5"):
    with new_plot(300, 200) as plot:
        plot.axes.set(xlabel="round", ylabel="$score$ $")
        (drawn,) = plot.axes.plot([0, 1, 2], [-7.0, -8.0, -9.5], "o-", color=FIRST)
        plot.hover(drawn, title)
        return getattr(plot, form)(label)


def test_equal_data_give_equal_text_without_a_date():
    first, again = line(), line()
    assert first == again
    assert "<dc:" not in first
    assert "<metadata" not in first


def test_words_stay_words_and_no_formula_is_seen_in_them():
    words = "".join(ET.fromstring(line()).itertext())
    assert "round" in words
    assert "$score$ $" in words


def test_a_file_is_whole_on_white_ground_and_loads_nothing():
    root = ET.fromstring(line())
    assert (root.get("viewBox"), root.get("width"), root.get("aria-label")) == ("0 0 300 200", "300", "scores")
    assert "#ffffff" in line()
    assert line().count("http") == 2  # the names of the two name spaces
    assert {reference[0] for reference in _references(root)} == {"#"}


def _references(root):
    return [value for element in root.iter() for name, value in element.items() if name.endswith("href")]


def test_an_element_takes_colours_font_and_size_from_its_page():
    element = line("as_element")
    assert element.startswith('<svg class="plot" viewBox="0 0 300 200" role="img" aria-label="scores">')
    assert FIRST not in element
    assert "var(--first)" in element
    assert [word for word in ("http", "url(", "<style", "<script") if word in element] == []


def test_what_a_user_names_is_no_markup():
    hostile = "<script>\\1 &\"'"
    for form in ("as_file", "as_element"):
        svg = line(form, hostile, hostile)
        assert "<script" not in svg
        assert svg.count("&lt;script&gt;\\1 &amp;") == 2


def test_the_settings_of_matplotlib_stay_as_they_were(monkeypatch):
    monkeypatch.setitem(matplotlib.rcParams, "axes.grid", False)
    monkeypatch.setitem(matplotlib.rcParams, "font.size", 33.0)
    before = dict(matplotlib.rcParams)
    assert "33px" not in line()
    assert dict(matplotlib.rcParams) == before


def test_nothing_waits_for_matplotlib_before_a_plot_is_drawn_and_pyplot_is_never_loaded():
    code = (
        "import sys; import molgfn.plotting, molgfn.report.plots; "
        "print('matplotlib' in sys.modules); "
        "from molgfn.report.plots import Series, trend_plot; trend_plot(['1'], [Series('best', [1.0])], 'score'); "
        "print('matplotlib.pyplot' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600)
    assert ended.stdout.split() == ["False", "False"]
