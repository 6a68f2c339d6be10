"""Where the flow network that was trained on the prior of a vocabulary lies."""

from pathlib import Path


def network_of(vocabulary: Path) -> Path:
    """Return the file of the network beside the vocabulary, there or not: `mine.json` -> `mine.flow.safetensors`."""
    return vocabulary.with_suffix(".flow.safetensors")
