"""Every fault that we know of, what must happen, and the tests that inject it and hold that: to be read line by line.

A test of the tests sees that they are there.
"""

from tests.faults.known import Known
from tests.faults.known_of_aws import OF_AWS
from tests.faults.known_of_inputs import OF_INPUTS
from tests.faults.known_of_runs import OF_RUNS
from tests.faults.known_of_the_cluster import OF_THE_CLUSTER

FAULTS: tuple[Known, ...] = (*OF_AWS, *OF_THE_CLUSTER, *OF_RUNS, *OF_INPUTS)
