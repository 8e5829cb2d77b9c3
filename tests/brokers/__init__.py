"""Real Kafka brokers on loopback, which tests may kill and start again.

`fixtures` holds what tests ask for; brokers that cannot be had are skipped
with the reason. Programs are installed once, into `build/kafka` or where
`DAMNIT_KAFKA_HOME` says.
"""
