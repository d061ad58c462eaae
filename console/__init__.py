"""Every page for signed-in people. It draws; what it draws is asked of the app that owns it."""
