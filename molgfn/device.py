"""The device that networks run on."""

from typing import Literal

from molgfn.errors import ConfigError

DeviceName = Literal["auto", "cpu", "cuda"]


def chosen_device(name: DeviceName) -> str:
    """Return "cpu" or "cuda": for "auto" a GPU if PyTorch finds one.

    Raises
    ------
    ConfigError
        If a GPU is wanted and PyTorch finds none.
    """
    import torch  # loading it takes seconds

    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise ConfigError(
            '[compute] device = "cuda": PyTorch finds no GPU.',
            'Use "auto" or "cpu", or install the PyTorch that fits your GPU (pytorch.org).',
        )
    return "cuda" if there and name != "cpu" else "cpu"
