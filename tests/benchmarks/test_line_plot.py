from benchmarks.line_plot import Line, Panel, line_plot


def test_numbers_on_a_logarithmic_axis_are_no_formulas() -> None:
    drawn = line_plot([Panel("L1", "trajectories", [Line("TB", [1, 2], [0.02, 3.0])], logarithmic=True)])
    assert "mathdefault" not in drawn
    assert ">0.1<" in drawn
