# What all layers have in common, in every environment. The bot hands this file to each plan; by hand: -var-file.
project    = "layerbot"
region     = "eu-west-1"
repository = "layerbot/layerbot"
