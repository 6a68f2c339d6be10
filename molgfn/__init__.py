"""molgfn: molecules from flow networks, a learned proxy and active learning."""

__version__ = "0.1.0"
