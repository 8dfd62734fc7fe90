"""The texts of the demonstration newsroom."""
