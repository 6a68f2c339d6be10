import pytest
from hypothesis import HealthCheck, settings

# On a busy machine an example takes as long as it takes; that says nothing about the code.
settings.register_profile("molgfn", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("molgfn")


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """One thread keeps results the same on every machine, and tests from slowing each other down."""
    import torch  # here, so that the process that only hands out tests need not load it

    torch.set_num_threads(1)
