"""The counter's face: Qt windows, painted parts and the theme; the only floor that imports Qt."""
