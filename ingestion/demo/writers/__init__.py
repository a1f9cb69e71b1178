"""Writers: each turns what happened into the files one system would have written.

One module per native format. Nothing is decided here but notation; what happens belongs in
``world``, and what must be found again in ``truth``.
"""
