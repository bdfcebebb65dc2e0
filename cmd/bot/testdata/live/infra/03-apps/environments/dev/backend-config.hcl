path = "../../../../states/dev-03-apps.tfstate"
