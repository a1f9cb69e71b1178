"""Medians of durations of which some have not ended, by an independent library."""

import numpy as np
import pandas as pd
from scipy import stats


def median_days(days: pd.Series, ended: pd.Series) -> tuple[float, float]:
    """Kaplan-Meier median, and where it is not reached the longest duration seen.

    Returns:
        The median and the lower bound; one of them is not a number.
    """
    sample = stats.CensoredData(
        uncensored=days[ended].to_numpy(dtype=float), right=days[~ended].to_numpy(dtype=float)
    )
    curve = stats.ecdf(sample).sf
    reached = curve.quantiles[np.asarray(curve.probabilities) <= 0.5 + 1e-9]
    if len(reached):
        return float(reached[0]), np.nan
    return np.nan, float(days.max())
