"""Tools that know nothing of the product: no models, and no import of the others."""
