"""Methods that the flow network is compared with, on the same environments and rewards."""
