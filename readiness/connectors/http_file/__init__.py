"""Result files at an address: one of a web server, or those of a bucket."""
