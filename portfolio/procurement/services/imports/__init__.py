"""Files of purchases, plan items, requests and vendors: uploaded, mapped, read, shown, published whole."""
