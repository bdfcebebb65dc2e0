path = "../../../../states/dev-02-compute.tfstate"
