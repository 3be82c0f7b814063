"""What the tests of uploads send."""

import hashlib

MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 100
SHA = hashlib.sha256(MP4).hexdigest()
ASSET = {"data": {"asset_id": "a1", "mime_type": "video/mp4", "size_bytes": len(MP4), "status": "completed", "url": "https://h/a1"}}
