"""Parts of the flow network: graph of states, messages, embeddings and the laws of its actions."""
