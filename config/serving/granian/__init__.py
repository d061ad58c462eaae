"""The service under granian, whose own threads answer.

granian reads heads and writes answers in threads that need no Python; a request's own thread reads
its body first, and only then takes one of the few turns in which the application is called
(`turns`), with a database connection that goes with the turn (`seats`). `answering` is what granian
calls, `worker` a process of it, `server` the first process, `room` looks after the connections.

`inner` names what is granian's own word, not its public one: hence its narrow range in
pyproject.toml. The first process imports this package: see `config.serving`.
"""
