"""Draws that belong to a record: even, and the same whichever records stand beside it."""

import numpy as np

from ingestion.demo.randomness import Topic, chances, exponential, lognormal


def test_a_records_draws_do_not_depend_on_the_others() -> None:
    many = chances(7, Topic.MESSAGES, np.arange(1_000), 4)
    few = chances(7, Topic.MESSAGES, np.asarray([3, 999]), 2)
    assert np.array_equal(few, many[:2][:, [3, 999]])


def test_draws_are_even_and_differ_between_topics_seeds_and_columns() -> None:
    key = np.arange(20_000)
    drawn = [
        *chances(7, Topic.MESSAGES, key, 2),
        chances(7, Topic.INVOICES, key, 1)[0],
        chances(8, Topic.MESSAGES, key, 1)[0],
    ]
    counts = np.stack([np.histogram(chance, bins=10, range=(0, 1))[0] for chance in drawn])
    assert np.all(np.abs(counts - 2_000) < 200)
    assert np.all(np.abs(np.corrcoef(drawn) - np.eye(len(drawn))) < 0.03)


def test_durations_have_the_mean_and_the_median_that_was_asked_for() -> None:
    first, second = chances(7, Topic.TICKETS, np.arange(20_000), 2)
    assert abs(exponential(first, 12.0).mean() - 12.0) < 0.5
    assert abs(np.median(lognormal(first, second, 90.0, 0.8)) - 90.0) < 4.0
