"""PyNN: one lowering for NEST and, through sPyNNaker, for SpiNNaker boards. Importing this imports no simulator."""
