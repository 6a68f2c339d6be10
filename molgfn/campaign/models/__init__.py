"""The parts that a campaign works with: oracle, flow network, proxies."""
