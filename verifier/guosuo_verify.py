#!/usr/bin/env python3
"""Checks a Guosuo certificate without any network: genuine? in the log? which status, as of when?

One file, Python 3.8 or later, nothing beyond its standard library. It shares no code with Guosuo:
SM3, SM2 and Ed25519 are written here from their standards (GB/T 32905, GB/T 32918, RFC 8032), the
formats from docs/verifying.md. It only verifies: it has no secret to protect and takes no care to
run in constant time. Do not make signatures with it.

    guosuo_verify.py certificate.json --keys keys.json --pdf certificate.pdf
    guosuo_verify.py 'HTTPS://…/V/…' --keys keys.json --log evidence.json --status list.json
    guosuo_verify.py - --keys keys.json < lines        # certificate [TAB evidence [TAB status list]]

Exit status: 0 nothing speaks against it, 1 something does, 2 wrong use.
"""

import argparse
import base64
import datetime
import hashlib
import json
import sys

MAX_BYTES = 1 << 20
MAX_SIGNATURES = 16
MAX_INTEGER = (1 << 53) - 1
CERTIFICATE = "application/vnd.guosuo.certificate.v1+json"
TAKEN_OVER = "application/vnd.guosuo.certificate.v2+json"
STATUS_LIST = "application/vnd.guosuo.status-list.v1+json"
QR = "application/vnd.guosuo.certificate-qr.v1"
QR_TAKEN_OVER = "application/vnd.guosuo.certificate-qr.v2"
LIST_SLOTS = 1 << 17
STATUSES = {1: "valid", 2: "suspended", 3: "revoked", 4: "cancelled", 5: "expired", 6: "replaced"}


class Refused(Exception):
    """The bytes are not what they should be."""


def need(condition):
    if not condition:
        raise Refused()


# --- digests ---------------------------------------------------------------------------------


def sha256(data):
    return hashlib.sha256(data).digest()


def _rotl(x, n):
    n %= 32
    return ((x << n) | (x >> (32 - n))) & 0xFFFFFFFF


_SM3_T = [_rotl(0x79CC4519 if j < 16 else 0x7A879D8A, j) for j in range(64)]
_SM3_IV = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)


def sm3(data):
    """GB/T 32905-2016."""
    padded = data + b"\x80" + bytes(-(len(data) + 9) % 64) + (8 * len(data)).to_bytes(8, "big")
    state = _SM3_IV
    for start in range(0, len(padded), 64):
        w = [int.from_bytes(padded[start + i : start + i + 4], "big") for i in range(0, 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ _rotl(w[j - 3], 15)
            w.append(x ^ _rotl(x, 15) ^ _rotl(x, 23) ^ _rotl(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            a12 = _rotl(a, 12)
            ss1 = _rotl((a12 + e + _SM3_T[j]) & 0xFFFFFFFF, 7)
            if j < 16:
                ff, gg = a ^ b ^ c, e ^ f ^ g
            else:
                ff, gg = (a & b) | (a & c) | (b & c), (e & f) | (~e & g)
            tt1 = (ff + d + (ss1 ^ a12) + (w[j] ^ w[j + 4])) & 0xFFFFFFFF
            tt2 = (gg + h + ss1 + w[j]) & 0xFFFFFFFF
            a, b, c, d = tt1, a, _rotl(b, 9), c
            e, f, g, h = tt2 ^ _rotl(tt2, 9) ^ _rotl(tt2, 17), e, _rotl(f, 19), g
        state = tuple(x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h)))
    return b"".join(x.to_bytes(4, "big") for x in state)


def sm3_of_file(data):
    """SM3 of something long: by the interpreter's own library where it has it, else by ours."""
    try:
        return hashlib.new("sm3", data).digest()
    except ValueError:
        return sm3(data)


# --- SM2 (GB/T 32918.2, curve of GB/T 32918.5) -----------------------------------------------

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
IDENTIFIER = b"1234567812345678"


def _inverse(x, m):
    return pow(x, m - 2, m)


def _double(p):
    """Jacobian coordinates; None is the point at infinity."""
    if p is None or p[1] == 0:
        return None
    x, y, z = p
    zz = z * z % P
    m = 3 * (x - zz) * (x + zz) % P
    yy = y * y % P
    s = 4 * x * yy % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def _add_affine(p, q):
    """Jacobian p plus affine q."""
    if p is None:
        return q[0], q[1], 1
    x, y, z = p
    zz = z * z % P
    u = q[0] * zz % P
    s = q[1] * zz * z % P
    if u == x:
        return _double(p) if s == y else None
    h = (u - x) % P
    r = (s - y) % P
    hh = h * h % P
    hhh = h * hh % P
    v = x * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - y * hhh) % P, z * h % P


def _affine(p):
    if p is None:
        return None
    i = _inverse(p[2], P)
    ii = i * i % P
    return p[0] * ii % P, p[1] * ii * i % P


class _Sm2Table:
    """Multiples d · 16^i of one point, so that a product is a sum of 64 points."""

    def __init__(self, point):
        self.rows = []
        base = point
        for _ in range(64):
            row, p = [None], None
            for _ in range(15):
                p = _add_affine(p, base)
                row.append(_affine(p))
            self.rows.append(row)
            base = _affine(_add_affine(p, base))

    def add_product(self, scalar, start):
        p = start
        for row in self.rows:
            if scalar & 15:
                p = _add_affine(p, row[scalar & 15])
            scalar >>= 4
        return p


_G_TABLE = None


class Sm2Key:
    alg = "SM2-SM3"
    spki = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")

    def __init__(self, raw):
        need(len(raw) == 65 and raw[0] == 4)
        x, y = int.from_bytes(raw[1:33], "big"), int.from_bytes(raw[33:], "big")
        need(x < P and y < P and (y * y - x * x * x - A * x - B) % P == 0)
        self.raw, self.point, self.table = raw, (x, y), None
        z = (8 * len(IDENTIFIER)).to_bytes(2, "big") + IDENTIFIER
        for n in (A, B, G[0], G[1], x, y):
            z += n.to_bytes(32, "big")
        self.za = sm3(z)

    def verify(self, message, signature):
        global _G_TABLE
        if len(signature) != 64:
            return False
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if not (1 <= r < N and 1 <= s < N):
            return False
        t = (r + s) % N
        if t == 0:
            return False
        _G_TABLE = _G_TABLE or _Sm2Table(G)
        self.table = self.table or _Sm2Table(self.point)
        p = _affine(self.table.add_product(t, _G_TABLE.add_product(s, None)))
        if p is None:
            return False
        return (int.from_bytes(sm3(self.za + message), "big") + p[0]) % N == r


# --- Ed25519 (RFC 8032), strict --------------------------------------------------------------

Q = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * _inverse(121666, Q) % Q
SQRT_M1 = pow(2, (Q - 1) // 4, Q)


def _ed_add(p, q):
    """Extended coordinates X, Y, Z, T; complete, also for doubling and the neutral element."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % Q
    b = (p[1] + p[0]) * (q[1] + q[0]) % Q
    c = 2 * p[3] * q[3] * D % Q
    d = 2 * p[2] * q[2] % Q
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % Q, g * h % Q, f * g % Q, e * h % Q


_ED_ZERO = (0, 1, 1, 0)


def _ed_encode(p):
    i = _inverse(p[2], Q)
    x, y = p[0] * i % Q, p[1] * i % Q
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _ed_decode(raw):
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    need(y < Q)
    u, v = (y * y - 1) % Q, (D * y * y + 1) % Q
    x = u * pow(v, 3, Q) * pow(u * pow(v, 7, Q), (Q - 5) // 8, Q) % Q
    if (v * x * x - u) % Q != 0:
        x = x * SQRT_M1 % Q
    need((v * x * x - u) % Q == 0 and not (x == 0 and sign))
    if x & 1 != sign:
        x = Q - x
    return x, y, 1, x * y % Q


def _ed_small(p):
    for _ in range(3):
        p = _ed_add(p, p)
    return p[0] % Q == 0 and (p[1] - p[2]) % Q == 0


_ED_BASE = _ed_decode((4 * _inverse(5, Q) % Q).to_bytes(32, "little"))


class _EdTable:
    def __init__(self, base):
        self.rows = []
        for _ in range(64):
            row = [_ED_ZERO]
            for _ in range(15):
                row.append(_ed_add(row[-1], base))
            self.rows.append(row)
            base = _ed_add(row[-1], base)

    def add_product(self, scalar, start):
        p = start
        for row in self.rows:
            if scalar & 15:
                p = _ed_add(p, row[scalar & 15])
            scalar >>= 4
        return p


_ED_TABLE = None


class Ed25519Key:
    alg = "Ed25519"
    spki = bytes.fromhex("302a300506032b6570032100")

    def __init__(self, raw):
        need(len(raw) == 32)
        point = _ed_decode(raw)
        need(not _ed_small(point))
        self.raw, self.table = raw, None
        self.minus = (-point[0] % Q, point[1], point[2], -point[3] % Q)

    def verify(self, message, signature):
        global _ED_TABLE
        if len(signature) != 64:
            return False
        s = int.from_bytes(signature[32:], "little")
        if s >= L:
            return False
        try:
            if _ed_small(_ed_decode(signature[:32])):
                return False
        except Refused:
            return False
        _ED_TABLE = _ED_TABLE or _EdTable(_ED_BASE)
        self.table = self.table or _EdTable(self.minus)
        k = int.from_bytes(hashlib.sha512(signature[:32] + self.raw + message).digest(), "little") % L
        return _ed_encode(self.table.add_product(k, _ED_TABLE.add_product(s, _ED_ZERO))) == signature[:32]


# --- spellings: one value, one text ----------------------------------------------------------


def un_b64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused() from None
    need(base64.b64encode(data).decode() == text)
    return data


_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def un_b32(text):
    out, held, bits = bytearray(), 0, 0
    for c in text:
        value = _BASE32.find(c)
        need(value >= 0)
        held, bits = held << 5 | value, bits + 5
        if bits >= 8:
            bits -= 8
            out.append(held >> bits)
            held &= (1 << bits) - 1
    need(bits < 5 and held == 0)
    return bytes(out)


def un_hex32(text):
    need(isinstance(text, str) and len(text) == 64 and all(c in "0123456789abcdef" for c in text))
    return bytes.fromhex(text)


def decimal(text):
    need(text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and int(text) < 1 << 64)
    return int(text)


FIRST_DAY = datetime.date(2000, 1, 1)
LAST_DAY = datetime.date(2178, 12, 31)


def day(text):
    parts = text.split("-") if isinstance(text, str) else []
    need([len(p) for p in parts] == [4, 2, 2] and all(p.isascii() and p.isdigit() for p in parts))
    try:
        made = datetime.date(*map(int, parts))
    except ValueError:
        raise Refused() from None
    need(FIRST_DAY <= made <= LAST_DAY)
    return made


def numbered_day(number):
    made = FIRST_DAY + datetime.timedelta(days=number)
    need(made <= LAST_DAY)
    return made


def moment(text):
    need(isinstance(text, str) and len(text) == 20 and text[10] == "T" and text[19] == "Z")
    date, parts = day(text[:10]), text[11:19].split(":")
    need([len(p) for p in parts] == [2, 2, 2] and all(p.isascii() and p.isdigit() for p in parts))
    hour, minute, second = map(int, parts)
    need(hour < 24 and minute < 60 and second < 60)
    return datetime.datetime(date.year, date.month, date.day, hour, minute, second)


def china_day(at):
    return min((at + datetime.timedelta(hours=8)).date(), LAST_DAY)


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def _write(value, out):
    if value is None or value is True or value is False:
        out.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, int):
        out.append(str(value))
    elif isinstance(value, str):
        out.append('"')
        out.extend(_ESCAPES.get(c) or ("\\u%04x" % ord(c) if c < " " else c) for c in value)
        out.append('"')
    elif isinstance(value, list):
        for i, item in enumerate(value):
            out.append("," if i else "[")
            _write(item, out)
        out.append("]" if value else "[]")
    else:
        for i, key in enumerate(sorted(value, key=lambda k: k.encode("utf-16-be", "surrogatepass"))):
            out.append("," if i else "{")
            _write(key, out)
            out.append(":")
            _write(value[key], out)
        out.append("}" if value else "{}")


def canonical(value):
    """RFC 8785, integers and strings only."""
    out = []
    _write(value, out)
    return "".join(out).encode()


def _integer(text):
    value = int(text)
    need(abs(value) <= MAX_INTEGER and text != "-0")
    return value


def _no(_):
    raise Refused()


def _object(pairs):
    made = dict(pairs)
    need(len(made) == len(pairs))
    return made


def read_json(data):
    """Strict JSON in any spelling."""
    try:
        return json.loads(data.decode(), parse_float=_no, parse_constant=_no, parse_int=_integer, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        raise Refused() from None


def read_canonical(data):
    value = read_json(data)
    try:
        need(canonical(value) == data)
    except (UnicodeEncodeError, RecursionError):
        raise Refused() from None
    return value


def whole(most):
    def check(value):
        need(type(value) is int and 0 <= value <= most)

    return check


def text_(value):
    need(isinstance(value, str))


def flag(value):
    need(isinstance(value, bool))


def list_of(item):
    def check(value):
        need(isinstance(value, list))
        for each in value:
            shape(each, item)

    return check


def one_of(*texts):
    def check(value):
        need(isinstance(value, str) and value in texts)

    return check


def shape(value, wanted):
    """Checks that an object has exactly the fields wanted; a name ending in ? may be absent."""
    if callable(wanted):
        wanted(value)
        return
    need(isinstance(value, dict))
    for name, item in wanted.items():
        if name.endswith("?"):
            if value.get(name[:-1]) is not None:
                shape(value[name[:-1]], item)
        else:
            need(name in value)
            shape(value[name], item)
    need(all(name in wanted or name + "?" in wanted for name in value))


U32, U64 = whole((1 << 32) - 1), whole(MAX_INTEGER)
ALGORITHM = one_of("SM2-SM3", "Ed25519")
DIGESTS = {"sha256": un_hex32, "size": U64, "sm3": un_hex32}
SHAPES = {
    "envelope": {"payload": un_b64, "payloadType": text_, "signatures": list_of({"alg": ALGORITHM, "kid": text_, "sig": un_b64})},
    "attachment": {"digests": DIGESTS, "media_type": text_, "name": text_},
    "content": {
        "basis": {"edition": text_, "standards": list_of(text_)},
        "body": {"code": text_, "name": text_},
        "holder": {"address": text_, "code": text_, "country": text_, "name": text_},
        "issued_on": day,
        "log": text_,
        "mark": {"body": text_, "cross_border": flag},
        "mode": text_,
        "number": text_,
        "predecessor?": text_,
        "scope": {"digests": DIGESTS, "en": text_, "zh": text_},
        "slot": U32,
        "taken_over?": {"on": day, "vouched_by": one_of("body")},
        "v": U32,
        "valid_until": day,
    },
    "list": {
        "as_of": moment,
        "head": un_hex32,
        "list": U32,
        "n": U64,
        "not_after": moment,
        "origin": text_,
        "statuses": un_b64,
        "v": U32,
    },
    "entry": {
        "at": moment,
        "certificate": text_,
        "change": one_of("issued", "suspended", "restored", "revoked", "cancelled", "expired", "changed"),
        "content": un_hex32,
        "effective_on": day,
        "n": U64,
        "prev": un_hex32,
        "seq": U32,
        "slot": U32,
        "v": U32,
        "valid_until": day,
    },
    "row": {
        "v": U32,
        "seq": U64,
        "at": text_,
        "logical": text_,
        "kind": text_,
        "actor": text_,
        "role?": text_,
        "org?": text_,
        "session?": text_,
        "action": text_,
        "object": text_,
        "case?": text_,
        "case_version?": U64,
        "body?": un_hex32,
    },
    "keyring": {
        "keys": list_of(
            {"alg": ALGORITHM, "from": day, "kid": text_, "pem": text_, "until?": day, "use": one_of("certificate", "statement")}
        ),
        "logs": list_of({"keys": list_of(text_), "origin": text_}),
        "v": U32,
    },
}
SHAPES["evidence"] = {"entry": SHAPES["entry"], "prev": un_hex32, "proof": text_, "row": un_b64, "salt": un_hex32, "v": U32}
SHAPES["payload"] = {"attachments": list_of(SHAPES["attachment"]), "body": lambda _: None}


# --- keys ------------------------------------------------------------------------------------


class Published:
    """A key with its use and its days."""

    def __init__(self, fields):
        lines = fields["pem"].strip().splitlines()
        need(len(lines) > 2 and lines[0] == "-----BEGIN PUBLIC KEY-----" and lines[-1] == "-----END PUBLIC KEY-----")
        der = un_b64("".join(lines[1:-1]))
        kind = next((k for k in (Sm2Key, Ed25519Key) if der.startswith(k.spki)), None)
        need(kind is not None and kind.alg == fields["alg"])
        self.key = kind(der[len(kind.spki) :])
        self.alg, self.use = fields["alg"], fields["use"]
        self.kid = sha256(der)[:16].hex()
        need(self.kid == fields["kid"])
        self.first = day(fields["from"])
        self.last = day(fields["until"]) if fields.get("until") is not None else LAST_DAY
        need(self.first <= self.last)

    def in_term(self, on):
        return self.first <= on <= self.last

    def may_have_signed(self, on, keys):
        """Not ended before the day, and some key of its kind had begun: a changed certificate keeps its date of issue."""
        return on <= self.last and any(k.alg == self.alg and k.first <= on for k in keys)


class LogKey:
    """A verifier key of C2SP signed-note: NAME+HASH+BASE64."""

    def __init__(self, text, origin):
        parts = text.split("+", 2)
        need(len(parts) == 3 and parts[0] == origin)
        body = un_b64(parts[2])
        self.name = parts[0]
        for kind, cls in ((b"\x01", Ed25519Key), (b"\xffsm2-sm3-v1", Sm2Key)):
            if body.startswith(kind):
                self.key = cls(body[len(kind) :])
                break
        else:
            raise Refused()
        self.id = sha256(self.name.encode() + b"\n" + body)[:4]
        need(parts[1] == self.id.hex())


class Keyring:
    def __init__(self, data):
        need(len(data) <= MAX_BYTES)
        value = read_json(data)
        shape(value, SHAPES["keyring"])
        need(value["v"] == 1)
        self.keys = [Published(k) for k in value["keys"]]
        self.logs = {}
        for log in value["logs"]:
            need(log["keys"])
            self.logs[log["origin"]] = [LogKey(k, log["origin"]) for k in log["keys"]]

    def of(self, use):
        return [k for k in self.keys if k.use == use]


# --- signed documents ------------------------------------------------------------------------


def pre_authentication(kind, payload):
    kind = kind.encode()
    return b"DSSEv1 %d %s %d " % (len(kind), kind, len(payload)) + payload


class Not(Exception):
    """The answer to the first question when it is not yes."""


def open_envelope(data, kinds, keys):
    """Which of the kinds it is, the payload, and the keys that have signed it, both algorithms among them."""
    try:
        need(len(data) <= MAX_BYTES)
        value = read_canonical(data)
        shape(value, SHAPES["envelope"])
        need(len(value["signatures"]) <= MAX_SIGNATURES and value["payloadType"] in kinds)
    except Refused:
        raise Not("malformed") from None
    kind = value["payloadType"]
    payload = un_b64(value["payload"])
    message = pre_authentication(kind, payload)
    signed = []
    for s in value["signatures"]:
        for k in keys:
            if k.alg == s["alg"] and k.kid == s["kid"]:
                if not k.key.verify(message, un_b64(s["sig"])):
                    raise Not("altered")
                signed.append(k)
    if {k.alg for k in signed} != {"SM2-SM3", "Ed25519"}:
        raise Not("unknown_key")
    try:
        read = read_canonical(payload)
        shape(read, SHAPES["payload"])
    except Refused:
        raise Not("malformed") from None
    return kind, read, signed


class Subject:
    """A genuine certificate."""

    def __init__(self, number, holder, code, issued_on, valid_until, taken_over, slot, digest, log=None):
        self.number, self.holder, self.code = number, holder, code
        self.issued_on, self.valid_until = issued_on, valid_until
        # The day on which it was taken over from the register of its body; None for what was issued here.
        self.taken_over = taken_over
        self.slot, self.digest, self.log = slot, digest, log

    def day_of_keys(self):
        """Nothing of what was taken over was signed before that day."""
        return self.taken_over or self.issued_on


def document(data, ring, pdf):
    kind, read, signed = open_envelope(data, (CERTIFICATE, TAKEN_OVER), ring.of("certificate"))
    c, attached = read["body"], read["attachments"]
    try:
        shape(c, SHAPES["content"])
        # Type, version and mark say the same.
        marked = c.get("taken_over") is not None
        need(kind == (TAKEN_OVER if marked else CERTIFICATE) and c["v"] == (2 if marked else 1))
        need(len(attached) == 1 and attached[0]["name"] == "certificate.pdf")
    except Refused:
        raise Not("malformed") from None
    subject = Subject(
        c["number"],
        c["holder"]["name"],
        c["holder"]["code"],
        day(c["issued_on"]),
        day(c["valid_until"]),
        day(c["taken_over"]["on"]) if marked else None,
        c["slot"],
        sha256(canonical(c))[:16],
        c["log"],
    )
    if not all(k.may_have_signed(subject.day_of_keys(), ring.of("certificate")) for k in signed):
        raise Not("out_of_term")
    if pdf is not None and attached[0]["digests"] != pdf:
        raise Not("altered")
    return subject


class Reader:
    def __init__(self, data):
        self.data = data

    def take(self, count):
        need(len(self.data) >= count)
        head, self.data = self.data[:count], self.data[count:]
        return head

    def number(self, count):
        return int.from_bytes(self.take(count), "big")

    def text(self, most):
        raw = self.take(self.number(1))
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise Refused() from None
        need(len(raw) <= most and not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text))
        return text


def read_code(data):
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Refused() from None
    need(len(data) <= 2048 and text[:8].isascii() and text[:8].lower() == "https://")
    host, slash, coded = text[8:].partition("/V/")
    need(slash and 1 <= len(host) <= 253 and host.isascii() and all(c.isalnum() or c in ".-:" for c in host))
    raw = un_b32(coded)
    need(len(raw) > 128)
    signed, sm2, ed25519 = raw[:-128], raw[-128:-64], raw[-64:]
    r = Reader(signed)
    version = r.number(1)
    need(version in (1, 2))
    kids = {"SM2-SM3": r.take(4).hex(), "Ed25519": r.take(4).hex()}
    number, code, name = r.text(96), r.text(64), r.text(180)
    issued_on, valid_until = numbered_day(r.number(2)), numbered_day(r.number(2))
    taken_over = numbered_day(r.number(2)) if version == 2 else None
    subject = Subject(number, name, code, issued_on, valid_until, taken_over, r.number(4), r.take(16))
    need(not r.data and number)
    message = pre_authentication(QR_TAKEN_OVER if taken_over else QR, host.upper().encode() + b"\0" + signed)
    return subject, kids, message, {"SM2-SM3": sm2, "Ed25519": ed25519}


def code(data, ring):
    try:
        subject, kids, message, signatures = read_code(data)
    except Refused:
        raise Not("malformed") from None
    signed, wrong, absent = [], False, False
    for alg in ("SM2-SM3", "Ed25519"):
        named = [k for k in ring.of("certificate") if k.alg == alg and k.kid[:8] == kids[alg]]
        good = next((k for k in named if k.key.verify(message, signatures[alg])), None)
        if good:
            signed.append(good)
        elif named:
            wrong = True
        else:
            absent = True
    if wrong or absent:
        raise Not("altered" if wrong else "unknown_key")
    if not all(k.may_have_signed(subject.day_of_keys(), ring.of("certificate")) for k in signed):
        raise Not("out_of_term")
    return subject


# --- the log ---------------------------------------------------------------------------------


def leaf_hash(data):
    return sha256(b"\0" + data)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


def root_of(leaf, index, size, path):
    """RFC 9162 2.1.3.2."""
    need(index < size)
    fn, sn, root = index, size - 1, leaf
    for p in path:
        need(sn != 0)
        if fn & 1 or fn == sn:
            root = node_hash(p, root)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = node_hash(root, p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0)
    return root


def read_proof(text):
    head, gap, note = text.partition("\n\n")
    lines = head.split("\n")
    need(gap and lines[0] == "c2sp.org/tlog-proof@v1")
    lines = lines[1:]
    if lines and lines[0].startswith("extra "):
        un_b64(lines.pop(0)[6:])
    need(lines and lines[0].startswith("index "))
    index, path = decimal(lines[0][6:]), [un_b64(line) for line in lines[1:]]
    need(len(path) <= 64 and all(len(p) == 32 for p in path))
    return index, path, note


def open_checkpoint(note, ring):
    """Origin, size and root of a head that every key of its log has signed."""
    need(len(note.encode()) <= MAX_BYTES and all(c >= " " or c == "\n" for c in note) and "\n\n" in note)
    cut = note.rindex("\n\n")
    text, rest = note[: cut + 1], note[cut + 2 :]
    need(rest.endswith("\n"))
    lines = rest[:-1].split("\n")
    need(len(lines) <= 100)
    parts = text[:-1].split("\n")
    need(len(parts) >= 3 and all(parts))
    origin, size, root = parts[0], decimal(parts[1]), un_b64(parts[2])
    need(len(root) == 32 and origin in ring.logs)
    signed = set()
    for line in lines:
        need(line.startswith("\u2014 "))
        name, space, body = line[2:].partition(" ")
        need(space and name and not any(c.isspace() or c == "+" for c in name))
        raw = un_b64(body)
        need(len(raw) > 4)
        for i, k in enumerate(ring.logs[origin]):
            if (k.name, k.id) == (name, raw[:4]):
                need(k.key.verify(text.encode(), raw[4:]))
                signed.add(i)
    need(len(signed) == len(ring.logs[origin]))
    return origin, size, root


def in_log(subject, data, ring):
    try:
        need(len(data) <= MAX_BYTES)
        e = read_canonical(data)
        shape(e, SHAPES["evidence"])
        entry = e["entry"]
        need(e["v"] == 1 and entry["v"] == 1)
        need(entry["certificate"] == subject.number and un_hex32(entry["content"])[:16] == subject.digest)
        raw = un_b64(e["row"])
        row = read_canonical(raw)
        shape(row, SHAPES["row"])
        index, path, note = read_proof(e["proof"])
        body = sha256(b"guosuo.salted.v1\n" + un_hex32(e["salt"]) + canonical(entry))
        need(row["kind"] == "system" and row["action"] == "certificate.published")
        need(row.get("body") == body.hex() and row["seq"] == index)
        link = sha256(b"guosuo.chain.v1\n" + un_hex32(e["prev"]) + index.to_bytes(8, "big") + raw)
        origin, size, root = open_checkpoint(note, ring)
        need(root_of(leaf_hash(link), index, size, path) == root)
        need(subject.log is None or subject.log == origin)
    except Refused:
        return "no"
    return "yes"


# --- the status ------------------------------------------------------------------------------


def open_list(data, ring):
    try:
        _, read, signed = open_envelope(data, (STATUS_LIST,), ring.of("statement"))
        value = read["body"]
        shape(value, SHAPES["list"])
        need(value["v"] == 1 and not read["attachments"] and value["origin"] in ring.logs)
        need(all(k.in_term(china_day(moment(value["as_of"]))) for k in signed))
        return value
    except (Not, Refused):
        return None


def status(subject, lists, at, ring):
    read = [open_list(data, ring) for data in lists]
    mine = [value for value in read if value and value["list"] == subject.slot // LIST_SLOTS]
    if not mine:
        if None in read:
            return "bad_list", None
        return ("expired" if china_day(at) > subject.valid_until else "not_checked"), None
    newest = max(mine, key=lambda value: value["as_of"])
    slot, statuses = subject.slot % LIST_SLOTS, un_b64(newest["statuses"])
    bits = 0
    if slot // 2 < len(statuses):
        bits = statuses[slot // 2] & 15 if slot & 1 else statuses[slot // 2] >> 4
    answer = STATUSES.get(bits, "unknown")
    if answer in ("valid", "suspended"):
        if max(china_day(moment(newest["as_of"])), china_day(at)) > subject.valid_until:
            answer = "expired"
        elif at > moment(newest["not_after"]):
            answer = "stale"
    return answer, newest["as_of"]


# --- the three answers -----------------------------------------------------------------------


def check(data, ring, evidence=None, lists=(), pdf=None, at=None):
    try:
        subject = document(data, ring, pdf) if data[:1] == b"{" else code(data, ring)
    except Not as answer:
        return {"genuine": str(answer), "log": "not_checked", "status": "not_checked", "as_of": None, "subject": None}
    log = "not_checked" if evidence is None else in_log(subject, evidence, ring)
    answer, as_of = status(subject, lists, at, ring)
    return {"genuine": "yes", "log": log, "status": answer, "as_of": as_of, "subject": subject}


def good(verdict):
    return verdict["genuine"] == "yes" and verdict["log"] != "no" and verdict["status"] in ("valid", "not_checked")


# --- the command -----------------------------------------------------------------------------


def column(text):
    if text == "":
        return None
    return un_b64(text[7:]) if text.startswith("base64:") else text.encode()


def answer_line(raw, first, ring, evidence, lists, at):
    raw = raw[:-1] if raw.endswith(b"\n") else raw
    raw = raw[:-1] if raw.endswith(b"\r") else raw
    if first and raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
    try:
        text = raw.decode()
        need(text.strip())
        columns = [column(c) for c in text.split("\t")]
        need(len(columns) <= 3)
    except (UnicodeDecodeError, Refused):
        return "error\tnot a line of certificate, evidence, status list"
    columns += [None] * (3 - len(columns))
    verdict = check(
        columns[0] or b"",
        ring,
        evidence if columns[1] is None else columns[1],
        lists if columns[2] is None else [columns[2]],
        at=at,
    )
    s = verdict["subject"]
    told = [verdict["genuine"], verdict["log"], verdict["status"], s.number if s else "-"]
    if s and s.taken_over:
        told.append(f"taken_over:{s.taken_over}")
    return "\t".join(told)


_WORK = None


def _start(*work):
    global _WORK
    _WORK = (Keyring(work[0]),) + work[1:]


def _one(item):
    return answer_line(item[1], item[0] == 0, *_WORK)


def batch(keys, evidence, lists, at, jobs, lines, out):
    if jobs == 1:
        _start(keys, evidence, lists, at)
        for item in enumerate(lines):
            out.write(_one(item) + "\n")
        return
    import multiprocessing

    with multiprocessing.Pool(jobs, _start, (keys, evidence, lists, at)) as pool:
        for line in pool.imap(_one, enumerate(lines), 64):
            out.write(line + "\n")


def trimmed(path):
    with open(path, "rb") as f:
        data = f.read(4 << 20)
    data = data[:-1] if data.endswith(b"\n") else data
    return data[:-1] if data.endswith(b"\r") else data


def main():
    p = argparse.ArgumentParser(description="Checks a Guosuo certificate offline; an independent program.")
    p.add_argument("certificate", help="signed file, text of the QR code, or - for lines")
    p.add_argument("--keys", required=True, help="file of published keys, from a place that you trust")
    p.add_argument("--log", "--proof", help="evidence from the transparency log")
    p.add_argument("--status", action="append", default=[], help="a status list; may be given again")
    p.add_argument("--pdf", help="the printed certificate, compared with what was signed")
    p.add_argument("--at", help="moment of the check, such as 2026-03-12T02:24:36Z; now when absent")
    p.add_argument("--json", action="store_true")
    p.add_argument("--jobs", type=int, default=1, help="processes for lines")
    args = p.parse_args()
    out = sys.stdout
    out.reconfigure(encoding="utf-8")
    try:
        at = moment(args.at) if args.at else datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
        with open(args.keys, "rb") as f:
            keys = f.read(MAX_BYTES + 1)
        ring = Keyring(keys)
        evidence = trimmed(args.log) if args.log else None
        lists = [trimmed(path) for path in args.status]
        pdf = None
        if args.pdf:
            with open(args.pdf, "rb") as f:
                data = f.read()
            pdf = {"sha256": sha256(data).hex(), "size": len(data), "sm3": sm3_of_file(data).hex()}
        if args.certificate == "-":
            batch(keys, evidence, lists, at, max(1, args.jobs), sys.stdin.buffer, out)
            return 0
        address = args.certificate[:8].lower() == "https://"
        given = args.certificate.encode() if address else trimmed(args.certificate)
        if given.startswith(b"%PDF") or (pdf and given[:1] != b"{"):
            print("give the signed file (.json), and the PDF with --pdf", file=sys.stderr)
            return 2
    except Refused:
        print("the file of keys or the moment cannot be used", file=sys.stderr)
        return 2
    except OSError as e:
        print(e, file=sys.stderr)
        return 2
    verdict = check(given, ring, evidence, lists, pdf, at)
    s = verdict["subject"]
    if args.json:
        shown = dict(verdict, good=good(verdict))
        shown["subject"] = s and {
            "number": s.number,
            "holder": s.holder,
            "code": s.code,
            "issued_on": str(s.issued_on),
            "valid_until": str(s.valid_until),
            "slot": s.slot,
            "taken_over": {"on": str(s.taken_over), "vouched_by": "body"} if s.taken_over else None,
        }
        print(json.dumps(shown, ensure_ascii=False, sort_keys=True))
    else:
        if s:
            print(f"{s.number}\n{s.holder} {s.code}\n{s.issued_on} - {s.valid_until}")
            if s.taken_over:
                print(f"{s.taken_over} taken over from the earlier register of the body: not issued through this platform,")
                print("which has no record of an audit; the body vouches for it")
            print()
        print("genuine: " + verdict["genuine"])
        print("in the log: " + verdict["log"])
        print("status: " + verdict["status"] + (f" (as of {verdict['as_of']})" if verdict["as_of"] else ""))
    return 0 if good(verdict) else 1


if __name__ == "__main__":
    sys.exit(main())
