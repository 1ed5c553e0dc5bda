"""Suites as self-contained HTML: figures as inline SVG, one style sheet, no script, nothing from elsewhere."""
