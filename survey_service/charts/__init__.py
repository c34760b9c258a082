"""Pictures as reportlab.graphics drawings: the same one for PDF and, as SVG, for pages."""
