"""The message-passing networks of a proxy and their training."""
