"""The media library: files of a shop, by their content, with what uses them."""
