"""The members for other systems of the office, through the same actions as the portal and the desk."""
