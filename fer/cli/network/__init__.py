"""Commands that make and measure the network, one file each."""
