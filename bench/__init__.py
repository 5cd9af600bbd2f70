"""Measures. `make bench` prints them; each is a median of several, with a bare limit measured in the same run."""
