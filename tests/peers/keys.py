# SPDX-License-Identifier: BSD-2-Clause
"""The same as keys.mjs with AWS's SDK for Python: its whole chain of providers,
as the AWS CLI has it."""

import json

import botocore.session
from botocore.exceptions import BotoCoreError

try:
    found = botocore.session.get_session().get_credentials()
    keys = found.get_frozen_credentials()
    told = {
        "accessKeyId": keys.access_key,
        "secretAccessKey": keys.secret_key,
        "sessionToken": keys.token,
        "method": found.method,
    }
except BotoCoreError as error:
    told = {"name": type(error).__name__, "message": str(error)}
print(json.dumps(told))
