"""From a reference to what it refers to: reading many documents as one tree, and writing back."""
