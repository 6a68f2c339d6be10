"""The flow network: policy, objectives, sampler, replay, trainer, exact laws."""
