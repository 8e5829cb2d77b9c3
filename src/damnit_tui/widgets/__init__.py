"""Small widgets around the table, one file each."""
