"""spikemem."""
