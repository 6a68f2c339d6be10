import torch
from hypothesis import HealthCheck, settings

# One thread keeps results the same on every machine and tests out of each other's way.
torch.set_num_threads(1)

# On a busy machine an example takes as long as it takes; that says nothing about the code.
settings.register_profile("molgfn", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("molgfn")
