"""Pictures as reportlab drawings: the same one for PDF and, as SVG, for pages."""
