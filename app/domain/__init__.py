"""Rules and computed values: pure, with no clock, no disk, no Qt and no network."""
