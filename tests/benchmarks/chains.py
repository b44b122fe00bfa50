"""The longest chain of dependent calls of each command on the AWS part; `tests/system/test_chains.py` holds them."""

CHAINS = {"create": 11, "plan": 3, "repair": 5, "verify": 3, "destroy": 11}
