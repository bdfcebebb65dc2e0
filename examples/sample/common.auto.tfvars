# Shared by every layer of every environment.
organisation = "acme"
region       = "eu-west-1"
