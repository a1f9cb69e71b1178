"""What the definitions are made from: the environment, dbt, the lock, and their translations."""
