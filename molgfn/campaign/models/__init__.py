"""The models of a campaign: oracle, flow network, proxies."""
