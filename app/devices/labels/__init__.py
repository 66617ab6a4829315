"""Labels: any small sticker as a device-free frozen value, its layouts, and its ways to ESC/POS, ZPL and a picture."""
