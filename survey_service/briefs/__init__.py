"""Released findings become a PDF."""
