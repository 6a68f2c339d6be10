import json

from benchmarks.prior_start import steps_to, table


def test_steps_to_a_level_are_counted_by_the_mean_of_twenty_steps() -> None:
    rising = [float(k) for k in range(100)]
    assert steps_to(9.0, rising) == 20
    assert steps_to(50.0, rising) == 61
    assert steps_to(90.0, rising) is None


def test_the_table_compares_both_starts_of_a_seed() -> None:
    rows = [
        {"start": "untrained", "seed": 3, "steps": 40, "pearson": 0.8, "mean_log_reward": [-10.0] * 20 + [-5.0] * 20},
        {"start": "network of the prior", "seed": 3, "steps": 30, "pearson": 0.9, "mean_log_reward": [-4.0] * 30},
        {"start": "network of the prior", "seed": 4, "steps": 30, "pearson": 0.9, "mean_log_reward": [-4.0] * 30},
    ]
    last = table([json.dumps(row) for row in rows]).splitlines()[2:]
    assert last == ["| 3 | 40 | -5.00 | 0.800 | 20 (of 30) | -4.00 | 0.900 |"]
