"""Bytes in and out: what is uploaded and downloaded, streamed, resumed and checked."""
