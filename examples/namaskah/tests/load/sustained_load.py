"""Many customers for a long time, who rest now and then, as customers do: for memory that grows to show itself."""

from __future__ import annotations

from locust import between

from tests.load.locustfile import Customer


class PatientCustomer(Customer):
    """Takes longer between two requests, so that many of them fit on one machine."""

    wait_time = between(5, 15)


# locust takes every class of users that it finds here
Customer.abstract = True
PatientCustomer.abstract = False
