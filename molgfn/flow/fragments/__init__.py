"""The flow model of molecules."""
