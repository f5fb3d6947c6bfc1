"""Networks as rows of numbers: one by its stages, or many side by side."""
