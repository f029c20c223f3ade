#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A client written from PROTOCOL.md alone: shares no code with the others.

usage: second-client.py SOCKET

Uses the GPU of the rgpud at that unix socket: memory, a kernel, copies both
ways, an error on purpose. Prints what it did; exit 1 says what was wrong.
"""
import socket
import struct
import sys

HELLO, WELCOME, COMMANDS, ANSWERS, REFUSED = range(1, 6)
RESULT, DATA, FAILED, OUTPUT, LOG = range(1, 6)
CONTEXT, MODULE, FUNCTION = 1, 2, 3
MAGIC, VERSION = 0x55504752, 2
CHUNK = 1 << 20
INVALID_VALUE, OUT_OF_MEMORY, INVALID_CONTEXT, INVALID_HANDLE = 1, 2, 201, 400

BLOB_PUT, PING = 0x0001, 0x0010
RETAIN, RELEASE, CTX_SYNC = 0x0201, 0x0202, 0x0211
LOAD, UNLOAD, GET_FUNCTION = 0x0303, 0x0305, 0x0307
ALLOC, FREE, TO_DEVICE, TO_HOST, MEMSET8 = 0x0402, 0x0404, 0x0419, 0x041A, 0x0427
LAUNCH = 0x0501

PTX = """.version 7.0
.target sm_70
.address_size 64
.visible .entry scale(.param .u64 data, .param .u32 count, .param .u32 factor)
{
	.reg .pred %p;
	.reg .u32 %i, %n, %f, %v, %t;
	.reg .u64 %a, %o;
	mov.u32 %i, %ctaid.x;
	mov.u32 %t, %ntid.x;
	mov.u32 %v, %tid.x;
	mad.lo.u32 %i, %i, %t, %v;
	ld.param.u32 %n, [count];
	setp.ge.u32 %p, %i, %n;
	@%p ret;
	ld.param.u64 %a, [data];
	ld.param.u32 %f, [factor];
	mul.wide.u32 %o, %i, 4;
	add.u64 %a, %a, %o;
	ld.global.u32 %v, [%a];
	mul.lo.u32 %v, %v, %f;
	st.global.u32 [%a], %v;
	ret;
}
"""


def need(condition, text):
    if not condition:
        sys.exit("second-client: " + text)


class Writer:
    """Section 3, the sender's half."""

    def __init__(self):
        self.data = bytearray()

    def align(self, n):
        self.data += bytes(-len(self.data) % n)

    def number(self, form, value):
        self.align(struct.calcsize(form))
        self.data += struct.pack("<" + form, value)

    def u32(self, *values):
        for v in values:
            self.number("I", v)
        return self

    def u64(self, *values):
        for v in values:
            self.number("Q", v)
        return self

    def i32(self, value):
        self.number("i", value)
        return self

    def bytes(self, data):
        self.u32(len(data))
        self.align(8)
        self.data += data
        return self

    def cstr(self, text):
        return self.bytes(text.encode() + b"\0")

    def end(self):
        self.align(8)
        return bytes(self.data)


class Reader:
    """Section 3, the receiver's half."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size, align):
        start = self.at + -self.at % align
        need(start + size <= len(self.data), "a field does not fit")
        need(not any(self.data[self.at : start]), "a gap is not zero")
        self.at = start + size
        return self.data[start : self.at]

    def number(self, form):
        size = struct.calcsize(form)
        return struct.unpack("<" + form, self.take(size, size))[0]

    def u32(self):
        return self.number("I")

    def i32(self):
        return self.number("i")

    def u64(self):
        return self.number("Q")

    def bytes(self):
        return self.take(self.u32(), 8)

    def cstr(self):
        text = self.bytes()
        need(text.find(b"\0") == len(text) - 1, "a string without its NUL")
        return text[:-1].decode()

    def end(self):
        rest = self.data[self.at :]
        need(len(rest) < 8 and not any(rest), "something follows the fields")


class Connection:
    """Sections 2 and 4: frames, units and the greeting."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(path)
        self.sent = self.received = 0

    def send_frame(self, kind, content, seq=0, count=0):
        header = struct.pack(
            "<IHHQQII", len(content), kind, 0, seq, self.received, count, 0
        )
        self.socket.sendall(header + content)

    def receive_exactly(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            need(more, "the server has closed the connection")
            data += more
        return data

    def receive_frame(self):
        fields = struct.unpack("<IHHQQII", self.receive_exactly(32))
        length, kind, flags, seq, ack, count, zero = fields
        need(flags == 0 and zero == 0 and length % 8 == 0, "a bad frame")
        need(ack <= self.sent, "ack of a unit that was not sent")
        return kind, seq, count, self.receive_exactly(length)

    def greet(self, version=VERSION):
        w = Writer().u32(MAGIC, version, 3, 8, 72, 16, 1)
        self.send_frame(HELLO, w.cstr("second-client").cstr("here").end())
        kind, _, _, content = self.receive_frame()
        r = Reader(content)
        need(r.u32() == MAGIC and r.u32() == VERSION, "not rgpu version 2")
        if kind == REFUSED:
            return r.u32(), r.cstr()
        need(kind == WELCOME, "neither WELCOME nor REFUSED")
        r.u64()
        server, backend = r.cstr(), r.cstr()
        r.i32()
        devices = [self.device(r, n) for n in [r.u32()] for _ in range(n)]
        r.end()
        return backend, devices

    @staticmethod
    def device(r, count):
        name, uuid, memory = r.cstr(), r.bytes(), r.u64()
        need(len(uuid) == 16 and memory > 0, "a device that cannot be")
        attributes = {}
        for _ in range(r.u32()):
            key = r.u32()
            attributes[key] = r.i32()
        alone, claims = r.u32(), r.u32()
        need(alone == 1 or (alone == 0 and claims == 0), "claims of a real GPU")
        for _ in range(2 * claims):
            r.u32()
        for _ in range(6 * count):
            r.i32()
        return name, attributes

    def send(self, *commands):
        """Commands in one frame; their numbers."""
        content = b""
        for op, flags, context, fields in commands:
            content += struct.pack("<IHHQ", 16 + len(fields), op, flags, context)
            content += fields
        self.send_frame(COMMANDS, content, self.sent + 1, len(commands))
        self.sent += len(commands)
        return self.sent

    def receive_units(self):
        kind, seq, count, content = self.receive_frame()
        need(kind == ANSWERS and count > 0, "no answers in the frame")
        need(seq == self.received + 1, "a frame out of order")
        while content:
            length, kind, info, command = struct.unpack("<IHHQ", content[:16])
            need(16 <= length <= len(content), "a unit that does not fit")
            yield kind, info, command, Reader(content[16:length])
            content = content[length:]
            self.received += 1
            count -= 1
        need(count == 0, "another count than there are units")


class Client(Connection):
    """Sections 5 to 9: what the units say."""

    def __init__(self, path):
        super().__init__(path)
        self.made = 0
        self.failed = []

    def new_id(self, kind):
        self.made += 1
        return kind << 42 | 1 << 26 | self.made << 4

    def post(self, op, context, w):
        return self.send((op, 0, context, w.end()))

    def call(self, op, context, w):
        """CUresult, the reply's fields, and the data before it."""
        number = self.send((op, 1, context, w.end()))
        data = b""
        while True:
            for kind, info, command, r in list(self.receive_units()):
                if kind == FAILED:
                    self.failed.append((command, info, r.cstr()))
                elif kind == DATA:
                    need(command == number, "data that nobody wants")
                    need(r.u64() == len(data), "data out of place")
                    data += r.bytes()
                    r.end()
                elif kind == RESULT:
                    need(command == number, "a result that nobody waits for")
                    return info, r, data

    def must(self, op, context, w):
        code, r, data = self.call(op, context, w)
        need(code == 0, "operation 0x%04x failed with %d" % (op, code))
        return r, data

    def to_device(self, context, address, data):
        for at in range(0, len(data), CHUNK):
            piece = data[at : at + CHUNK]
            last = at + CHUNK >= len(data)
            w = Writer().u64(address + at, 0).u32(int(last)).bytes(piece)
            self.post(TO_DEVICE, context, w)

    def to_host(self, context, address, size):
        w = Writer().u64(address, size, 0).u32(1)
        return self.must(TO_HOST, context, w)[1]

    def load(self, context, text):
        part = text.encode() + b"\0"
        bundle = Writer().u32(1, 0).u64(len(part))
        bundle.data += part
        bundle = bundle.end()
        half = len(bundle) // 2
        for at, end in (0, half), (half, len(bundle)):
            w = Writer().u64(1, len(bundle), at).bytes(bundle[at:end])
            self.post(BLOB_PUT, 0, w)
        module = self.new_id(MODULE)
        w = Writer().u64(module, 1).bytes(Writer().u32(0).data).u32(1024, 1024)
        code, r, _ = self.call(LOAD, context, w)
        info, error = r.bytes(), r.bytes()
        r.end()
        need(code == 0, "the module does not load: %d %r" % (code, error))
        return module

    def get_function(self, context, module, name):
        function = self.new_id(FUNCTION)
        w = Writer().u64(function, module).cstr(name)
        info = Reader(self.must(GET_FUNCTION, context, w)[0].bytes())
        layout = [(info.u32(), info.u32()) for _ in range(info.u32())]
        return function, layout

    def launch(self, context, function, grid, block, params):
        w = Writer().u64(function).u32(*grid, *block, 0).u64(0).bytes(params)
        self.post(LAUNCH, context, w)


def refused(path):
    code, text = Connection(path).greet(VERSION + 1)
    need(code == 1, "another version is not refused for that")
    print("another version is refused: %s" % text)


def compute(c, context):
    """A kernel over more data than one unit takes."""
    count, factor = 3 * CHUNK // 4 + 5, 7
    before = [i * 3 + 1 for i in range(count)]
    size = 4 * count
    address = c.must(ALLOC, context, Writer().u64(size))[0].u64()
    c.to_device(context, address, struct.pack("<%dI" % count, *before))
    module = c.load(context, PTX)
    function, layout = c.get_function(context, module, "scale")
    need(layout == [(0, 8), (8, 4), (12, 4)], "another layout: %s" % layout)
    grid = ((count + 127) // 128, 1, 1)
    params = struct.pack("<QII", address, count, factor)
    c.launch(context, function, grid, (128, 1, 1), params)
    data = c.to_host(context, address, size)
    need(len(data) == size, "%d bytes came, not %d" % (len(data), size))
    after = struct.unpack("<%dI" % count, data)
    wrong = [i for i in range(count) if after[i] != before[i] * factor % 2**32]
    need(not wrong, "%d of %d elements are wrong" % (len(wrong), count))
    c.must(FREE, context, Writer().u64(address))
    c.post(UNLOAD, context, Writer().u64(module))
    code, _, _ = c.call(
        GET_FUNCTION, context, Writer().u64(c.new_id(FUNCTION), module).cstr("x")
    )
    need(code == INVALID_HANDLE, "an unloaded module answers %d" % code)
    print("%d elements are right" % count)


def fail(c, context):
    """A post that fails is told at once and comes out later, once."""
    number = c.post(MEMSET8, context, Writer().u64(4096, 0, 1, 0))
    code, _, _ = c.call(CTX_SYNC, context, Writer())
    need(code == INVALID_VALUE, "the kept failure is %d" % code)
    need(
        [f[:2] for f in c.failed] == [(number, INVALID_VALUE)],
        "FAILED was not sent for command %d: %s" % (number, c.failed),
    )
    code, _, _ = c.call(CTX_SYNC, context, Writer())
    need(code == 0, "the failure comes out twice")
    print("the failed post came out once: %s" % c.failed[0][2])


def bad_memset():
    return Writer().u64(4096, 0, 1, 0)


def results(c, context):
    """Wrong things that harm nothing else (sections 5, 6, 8 and 10)."""
    need(
        c.call(MEMSET8, context, bad_memset())[0] == INVALID_VALUE
        and c.call(CTX_SYNC, context, Writer())[0] == 0,
        "a post with a RESULT is kept, too",
    )
    address = c.must(ALLOC, context, Writer().u64(64))[0].u64()
    c.post(MEMSET8, context, bad_memset())
    code, _, data = c.call(TO_HOST, context, Writer().u64(address, 64, 0).u32(1))
    need(code == INVALID_VALUE and not data, "a copy that waits: %d" % code)
    for nobody in 0, context + 16:
        code, _, _ = c.call(CTX_SYNC, nobody, Writer())
        need(code == INVALID_CONTEXT, "an unknown context: %d" % code)
    w = Writer().u64(address, 0, 64, context)
    need(c.call(MEMSET8, context, w)[0] == INVALID_HANDLE, "a context as stream")
    code, _, _ = c.call(FREE, context, Writer().u64(address + 16))
    need(code == INVALID_VALUE, "half a range can be freed")
    c.must(FREE, context, Writer().u64(address))
    del c.failed[:]
    for blob in range(2, 19):
        c.post(BLOB_PUT, 0, Writer().u64(blob, 8, 0).bytes(bytes(8)))
    need(c.call(CTX_SYNC, context, Writer())[0] == 0, "a noctx post is kept")
    need([f[1] for f in c.failed] == [OUT_OF_MEMORY], "17 blobs: %s" % c.failed)
    print("wrong commands have their results")


def closes(path):
    """Wrong things that end the connection (section 11)."""
    ping = struct.pack("<IHHQ", 16, PING, 1, 0)
    wrong = {
        "seq": (COMMANDS, ping, 2, 1),
        "count": (COMMANDS, ping, 1, 2),
        "type": (ANSWERS, ping, 1, 1),
        "flag": (COMMANDS, struct.pack("<IHHQ", 16, PING, 2, 0), 1, 1),
        "operation": (COMMANDS, struct.pack("<IHHQ", 16, 0x0FFF, 1, 0), 1, 1),
        "length": (COMMANDS, struct.pack("<IHHQ", 8, PING, 1, 0), 1, 1),
        "field": (COMMANDS, struct.pack("<IHHQ", 16, ALLOC, 1, 0), 1, 1),
        "rest": (COMMANDS, struct.pack("<IHHQQ", 24, PING, 1, 0, 0), 1, 1),
    }
    for what, frame in wrong.items():
        c = Connection(path)
        c.greet()
        c.send_frame(*frame)
        try:
            more = c.socket.recv(1)
        except ConnectionError:
            more = b""
        need(not more, "a wrong %s does not end the connection" % what)
    print("%d wrong frames end the connection" % len(wrong))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    path = sys.argv[1]
    refused(path)
    c = Client(path)
    backend, devices = c.greet()
    need(devices, "no device")
    print("backend %s, device 0 is %s" % (backend, devices[0][0]))
    c.must(PING, 0, Writer())
    context = c.new_id(CONTEXT)
    c.must(RETAIN, 0, Writer().u64(context).i32(0).u32(0))
    compute(c, context)
    fail(c, context)
    results(c, context)
    c.must(RELEASE, 0, Writer().i32(0).u64(context))
    closes(path)
    print("done")


main()
