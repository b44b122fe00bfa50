"""The longest chain of dependent calls of each command on the AWS part; `tests/system/test_chains.py` holds them."""

CHAINS = {"create": 8, "plan": 2, "repair": 4, "verify": 2, "destroy": 9}
