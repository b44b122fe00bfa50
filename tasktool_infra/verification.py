"""What pytest is given to verify a live environment: each claim about each of its resources is a test in here.

    pytest --tasktool-env prod --pyargs tasktool_infra.verification

The tests are made by `tasktool_infra.pytest_plugin`, from what `tasktool_infra.verify` gives.
"""
