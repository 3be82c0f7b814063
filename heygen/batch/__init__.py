"""Batches: hundreds of calls from one file of jobs, with a journal, so that nothing is made twice and nothing is lost."""
