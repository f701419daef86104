"""What the shapes of a layer are worth: valid, where they should be, each ground once."""
