"""Speed as ratios measured side by side in one run; never a unit test, never a bare second."""
