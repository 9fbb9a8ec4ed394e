"""What CircleCI means by its words: endpoints, triggers, configs, conditions. Pure: no file, no network."""
