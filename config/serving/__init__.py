"""The worker of gunicorn in which a client's pace holds nobody up.

`gathering` puts requests together as their bytes come, `lines` says whose turn it is, `outlet`
takes answers off a thread's hands, `replacing` hands over from old processes to new ones, and
`worker` is the loop that ties them together.

gunicorn's first process imports this package, and keeps what it imported through a reload. So
nothing of the application is imported here at the top: a new version's workers would run the old
one's code.
"""
