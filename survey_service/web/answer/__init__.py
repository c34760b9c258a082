"""The public pages on which people answer."""
