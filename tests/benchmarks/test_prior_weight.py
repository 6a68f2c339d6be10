import json

from benchmarks.prior_weight import PANELS, drawing


def test_the_figures_are_drawn_against_the_weight() -> None:
    rows = [
        {"weight": w, "size_correction": e, "tree_search": 0.0, "seed": s} | dict.fromkeys(PANELS, w + s / 10)
        for w in (0.0, 1.0, 2.0)
        for s in (1, 2)
        for e in (0, 0.1)
    ]
    text = drawing([json.dumps(row) for row in rows])
    assert all(label.split(" (")[0] in text for label in PANELS.values())
    assert all(words in text for words in ("weight of the prior", "size correction 0", "size correction 0.1"))
