path = "../../../../states/prod-03-apps.tfstate"
