path = "../../../../states/prod-01-network.tfstate"
