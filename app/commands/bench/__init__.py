"""What the house measures of itself: one file per thing measured, each against a floor taken in the same run."""
