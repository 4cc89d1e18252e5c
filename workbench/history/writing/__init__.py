"""What is asked of the database's thread, in layers: each class is the one above it and more.

job_thread.py: the one thread that has the database: writes before reads
jobs.py: `DatabaseJobs`: reads and writes on it, and the store's status
queue.py: `WriteQueue`: what is not on disk yet: written soon, tried again
upkeep.py: `Upkeep`: the daily backup and the index, when nothing else is done
"""
