"""What schemathesis cannot know of the interface by its schema alone: which cases there are, and that a key is new.

Only calls that are meant to be good are changed; what is meant to be wrong is sent as it was made up.
"""

import json
import os
import re
import urllib.error
import urllib.request
from itertools import count
from urllib.parse import quote

import schemathesis
from hypothesis.strategies._internal import regex as making

BASE = os.environ["GUOSUO_FUZZ_BASE"]
TOKEN = os.environ.get("GUOSUO_FUZZ_TOKEN", "")
MEMBER = os.environ.get("GUOSUO_FUZZ_MEMBER", "")
TURN = count()


MADE = {}
MAKE = making.base_regex_strategy


def once(regex, *, parsed=None, alphabet=None):
    """The maker of texts goes through every character that a pattern refuses: once is enough for all acts."""
    key = (regex.pattern, regex.flags, repr(parsed), alphabet)
    if key not in MADE:
        MADE[key] = MAKE(regex, parsed=parsed, alphabet=alphabet)
    return MADE[key]


making.base_regex_strategy = once


def read(path):
    """What stands at an address for this program; nothing where it may not see it."""
    head = {"Authorization": f"Bearer {TOKEN}", "Guosuo-Member": MEMBER}
    try:
        with urllib.request.urlopen(urllib.request.Request(BASE + path, headers=head), timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError:
        return {}


KNOWN = {}
if TOKEN:
    for room in ("applications", "certificates", "webhooks"):
        KNOWN[room] = [item["id"] for item in read(f"api/v1/{room}").get("items", [])]


def there(room, id):
    """Whether a case is there: known from the beginning, or opened by a call of this run."""
    return id in KNOWN.get(room, []) or bool(read(f"api/v1/{room}/{quote(id, safe='')}"))


def positive(case):
    """Whether the call is meant to fit the schema."""
    return case.meta is not None and case.meta.generation.mode.value == "positive"


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Real cases, a fresh key, and neither codes nor versions, which could only be wrong.

    The same key with another body is refused (409), a made-up code is (403), a made-up version is (412): with them nothing that
    lies behind would be asked. One in four keeps its made-up case, where the body alone is judged.
    """
    if not positive(case):
        return
    turn = next(TURN)
    for name in ("Guosuo-Code", "If-Match"):
        case.headers.pop(name, None)
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"fuzz-{os.getpid()}-{turn}"
    room = re.match(r"/api/v1/(applications|certificates|webhooks)/[{]id[}]", case.operation.path)
    known = KNOWN.get(room.group(1), []) if room else []
    if known and turn % 4:
        case.path_parameters["id"] = known[turn % len(known)]


@schemathesis.hook
def filter_failure(ctx, failure, case, response):
    """What no schema can say is no failure when it is refused (422): docs/api.md lists the same."""
    if type(failure).__name__ != "RejectedPositiveData" or response.status_code != 422:
        return True
    told = json.loads(response.content)
    fields = {error["field"] for error in told.get("errors", [])} or {told["code"]}
    path = case.operation.path
    if path == "/api/v1/path":
        # Fewer distinct people than the largest flow has, or more than all flows have together.
        return not fields <= {"totals.non_sensitive", "totals.sensitive"}
    if path == "/api/v1/applications":
        # The last digit of a credit code, and a certificate that is not there.
        return not fields <= {"processor_code", "purpose"}
    if path.endswith(("/files", "/sheet")):
        # What is in the file.
        return not fields <= {""}
    # A real case: what a field names there (a document, a report, a person), and what its page asks.
    room = re.match(r"/api/v1/(applications|certificates)/", path)
    return not (room and there(room.group(1), str(case.path_parameters.get("id"))))
