#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sock_diag_answers.py DIRECTORY: what this kernel says of sockets of its own and of others, one message a file.

The samples that scripts/fuzz begins with: each is what follows the nlmsghdr. See sock_diag(7)."""

import contextlib
import os
import pathlib
import socket
import struct
import sys
import tempfile

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
NLM_F_REQUEST, NLM_F_DUMP = 0x1, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
HEADER = struct.Struct("=IHHII")
ALL = 0xFFFFFFFF
AF_VSOCK = 40
MOST_OF_A_KIND = 40


def inet_request(family, protocol):
    return struct.pack("=BBBxI48x", family, protocol, 0xFF, ALL)


def unix_or_vsock_request(family):
    return struct.pack("=BxxxIII8x", family, ALL, 0, 0x7F)


def answers(request):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as diag:
        diag.send(HEADER.pack(HEADER.size + len(request), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + request)
        while True:
            datagram = diag.recv(1 << 16)
            while datagram:
                length, kind = HEADER.unpack_from(datagram)[:2]
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    return
                yield datagram[HEADER.size:length]
                datagram = datagram[(length + 3) & ~3:]


def open_some(stack):
    def opened(family, kind):
        return stack.enter_context(socket.socket(family, kind))
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError):  # no such family here
            listening = opened(family, socket.SOCK_STREAM)
            listening.bind((address, 0))
            listening.listen()
            opened(family, socket.SOCK_STREAM).connect(listening.getsockname())
            stack.enter_context(listening.accept()[0]).send(b"not read")
            opened(family, socket.SOCK_DGRAM).bind((address, 0))
    listening = opened(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(stack.enter_context(tempfile.TemporaryDirectory()) + "/socket")
    listening.listen()
    opened(socket.AF_UNIX, socket.SOCK_STREAM).connect(listening.getsockname())
    for pair in (socket.socketpair(), socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)):
        for end in pair:
            stack.enter_context(end)
    opened(socket.AF_UNIX, socket.SOCK_DGRAM).bind(f"\0abstract {os.getpid()}")
    with contextlib.suppress(OSError):
        vsock = opened(AF_VSOCK, socket.SOCK_STREAM)
        vsock.bind((0xFFFFFFFF, 0xFFFFFFFF))
        vsock.listen()


def main():
    directory = pathlib.Path(sys.argv[1])
    requests = {f"inet-{family}-{protocol}": inet_request(family, protocol)
                for family in (socket.AF_INET, socket.AF_INET6) for protocol in (socket.IPPROTO_TCP, socket.IPPROTO_UDP)}
    requests |= {"unix": unix_or_vsock_request(socket.AF_UNIX), "vsock": unix_or_vsock_request(AF_VSOCK)}
    with contextlib.ExitStack() as stack:
        open_some(stack)
        for name, request in requests.items():
            for number, answer in enumerate(answers(request)):
                if number >= MOST_OF_A_KIND:
                    break
                (directory / f"sample-{name}-{number}").write_bytes(answer)


if __name__ == "__main__":
    main()
