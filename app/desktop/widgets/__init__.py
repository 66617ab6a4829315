"""The painted parts every screen is built of: plain values in, Qt signals out; they know nothing of selling."""
