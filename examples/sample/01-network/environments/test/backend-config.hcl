# Beside the checkout, so that every clone of this repository sees the same state.
path = "../../state/test/network.tfstate"
