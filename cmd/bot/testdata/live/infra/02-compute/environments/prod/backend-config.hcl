path = "../../../../states/prod-02-compute.tfstate"
