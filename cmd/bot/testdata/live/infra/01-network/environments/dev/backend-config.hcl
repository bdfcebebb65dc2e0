path = "../../../../states/dev-01-network.tfstate"
