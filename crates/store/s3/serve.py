"""A local S3 server (moto) for the tests: checks signatures, has one bucket, ends with its standard input.

Prints one line `ADDRESS ACCESS_KEY_ID SECRET_ACCESS_KEY`; the address is in the form that `--blobs` takes.
"""

import json
import os
import sys

# From the fifth request on every request must carry a right signature of somebody who has the right; the four make that
# somebody and the bucket.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "4"

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

REGION = "us-east-1"
BUCKET = "filings"

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
at = {
    "endpoint_url": f"http://{host}:{port}",
    "region_name": REGION,
    "aws_access_key_id": "nobody",
    "aws_secret_access_key": "nobody",
    "config": Config(retries={"total_max_attempts": 1}),
}
iam = boto3.client("iam", **at)
iam.create_user(UserName="guosuo")
key = iam.create_access_key(UserName="guosuo")["AccessKey"]
only_here = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]}
    ],
}
iam.put_user_policy(UserName="guosuo", PolicyName="files", PolicyDocument=json.dumps(only_here))
boto3.client("s3", **at).create_bucket(Bucket=BUCKET)
address = f"s3://{BUCKET}?endpoint=http://{host}:{port}&region={REGION}"
print(address, key["AccessKeyId"], key["SecretAccessKey"], flush=True)
sys.stdin.read()
server.stop()
