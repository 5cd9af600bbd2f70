"""Personal data across the apps: what is exported, erased, held and kept, each part hooked in by its app."""
