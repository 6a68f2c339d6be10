import pytest
import torch

from molgfn.device import chosen_device
from molgfn.errors import ConfigError


@pytest.mark.parametrize(("there", "auto"), [(True, "cuda"), (False, "cpu")])
def test_auto_takes_a_gpu_where_there_is_one(monkeypatch, there, auto):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert (chosen_device("auto"), chosen_device("cpu")) == (auto, "cpu")


def test_a_gpu_that_is_not_there_is_said_in_the_words_of_the_file(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match=r"\[compute\] device = \"cuda\": PyTorch finds no GPU") as error:
        chosen_device("cuda")
    assert "auto" in error.value.hint
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert chosen_device("cuda") == "cuda"
