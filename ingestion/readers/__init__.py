"""What several connectors share in reading: files, growing logs, CSV, HTTP, mapping, surveys.

Nothing here knows a vendor. What only one connector needs belongs in its own folder.
"""
