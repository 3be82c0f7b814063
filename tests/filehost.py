"""A file host as tests script it, and the video that it has."""

import os

from hostile import reset

CONTENT = bytes(range(256)) * 1200  # 307,200 bytes
TAG = '"version-1"'


def video(files, status="completed", **fields):
    return {"data": {"id": "v1", "status": status, "video_url": f"{files.url}/v.mp4?Signature=s", **fields}}


def sending(content=CONTENT, tag=TAG, cut=None, ranges=True, headers=None, break_off=False):
    """Answer as a file host does; with `cut`, only so many bytes of the answer arrive."""

    def write(handler, recorded):
        wanted = recorded.headers.get("range") if ranges and recorded.headers.get("if-range", tag) == tag else None
        first = int(wanted[len("bytes=") : -1]) if wanted else 0
        body = content[first:]
        status = 206 if wanted else 200
        handler.send_response(status)
        if tag:
            handler.send_header("ETag", tag)
        if wanted:
            handler.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        for name, value in {"Content-Length": str(len(body)), "Content-Type": "video/mp4", **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body[:cut])
        handler.close_connection = True
        if break_off:
            reset(handler.connection)

    return write


def there(folder):
    return sorted(os.listdir(folder))


def download(run, *argv, **options):
    return run("video", "download", "v1", *argv, **options)
