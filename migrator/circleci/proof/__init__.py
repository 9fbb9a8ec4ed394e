"""Old world and new world, compared."""
