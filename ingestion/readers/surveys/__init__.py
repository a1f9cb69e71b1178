"""What survey connectors share: how a survey is declared, its answers, its dropped exports.

How a tool writes its exports belongs in its connector.
"""
