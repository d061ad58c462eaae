"""Every page for signed-in people. It draws what it asks the owning app for."""
