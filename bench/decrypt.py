"""Decrypts export.json of an archive with Python's cryptography, and says how long that took."""
import json
import sys
import tarfile
import time

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

path = sys.argv[1]
archive = tarfile.open(path)
with open(f"{path}.pem", "rb") as file:
    key = serialization.load_pem_private_key(file.read(), password=None)
oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
fernet = Fernet(key.decrypt(archive.extractfile("data.key").read(), oaep))

started = time.monotonic()
plain = fernet.decrypt(archive.extractfile("export.json").read())
seconds = time.monotonic() - started
print(json.dumps({"seconds": seconds, "done": len(plain)}))
