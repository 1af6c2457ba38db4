"""What performance claims rest on. `make bench` prints a line a claim: `ok|short  NAME  figure  goal`."""
