"""What people look at: tables, rasters, summaries."""
