"""Fuzzing of every parser: targets, what runs them, and the inputs that are kept."""
