import Glibc
import Linux

/// A netlink socket to the connection tracking of the process's network namespace. Numbers are those of linux/netfilter/nfnetlink.h and
/// nfnetlink_conntrack.h, which the system's module lacks.
final class ConnectionSocket {
    private let descriptor: Int32
    private var sequence: UInt32 = 0
    private static let netfilter: Int32 = 12
    private static let (get, remove): (UInt16, UInt16) = (1 << 8 | 1, 1 << 8 | 2)
    private static let (isRequest, isAcknowledged, isDump): (UInt16, UInt16, UInt16) = (1, 4, 0x300)
    private static let (errorType, doneType): (UInt16, UInt16) = (2, 3)

    init() throws(LinuxError) {
        descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Self.netfilter)
        guard descriptor >= 0 else { throw LinuxError("socket", "nfnetlink") }
    }
    deinit { close(descriptor) }

    /// All tracked IPv4 connections.
    func dump() throws(LinuxError) -> [TrackedConnection] {
        try send(Self.get, Self.isRequest | Self.isDump, [])
        var connections: [TrackedConnection] = []
        while true {
            for message in try receive() {
                switch message.type {
                case Self.doneType: return connections
                case Self.errorType:
                    let code = -Int32(bitPattern: message.payload.word(0))
                    if code != 0 { throw LinuxError("list", "tracked connections", code: code) }
                default: if let connection = Self.connection(message.payload.dropFirst(4)) { connections.append(connection) }
                }
            }
        }
    }

    /// Deletes a connection; nothing happens when it has gone meanwhile.
    func delete(_ connection: TrackedConnection) throws(LinuxError) {
        try send(Self.remove, Self.isRequest | Self.isAcknowledged, connection.tuple)
        while true {
            for message in try receive() where message.type == Self.errorType {
                let code = -Int32(bitPattern: message.payload.word(0))
                if code != 0, code != ENOENT { throw LinuxError("delete", "tracked connection", code: code) }
                return
            }
        }
    }

    private func send(_ type: UInt16, _ flags: UInt16, _ attributes: [UInt8]) throws(LinuxError) {
        sequence += 1
        var bytes: [UInt8] = []
        for word in [UInt32(20 + attributes.count), UInt32(type) | UInt32(flags) << 16, sequence, 0, UInt32(AF_INET)] {
            withUnsafeBytes(of: word) { bytes += $0 }
        }
        bytes += attributes
        guard Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count else { throw LinuxError("send", "nfnetlink") }
    }

    private struct Message {
        let type: UInt16
        let payload: ArraySlice<UInt8>
    }
    private func receive() throws(LinuxError) -> [Message] {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        var count = 0
        repeat { count = recv(descriptor, &buffer, buffer.count, 0) } while count < 0 && errno == EINTR
        guard count > 0 else { throw LinuxError("recv", "nfnetlink") }
        var messages: [Message] = []
        var rest = buffer[..<count]
        while rest.count >= 16, case let length = Int(rest.word(0)), 16...rest.count ~= length {
            if rest.word(8) == sequence {
                messages.append(Message(type: UInt16(rest.word(4) & 0xffff), payload: rest.dropFirst(16).prefix(length - 16)))
            }
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return messages
    }

    /// CTA_TUPLE_ORIG is 1 and CTA_TUPLE_REPLY 2.
    private static func connection(_ payload: ArraySlice<UInt8>) -> TrackedConnection? {
        var connection = TrackedConnection()
        for (type, content, whole) in payload.attributes {
            if type == 1 {
                connection.tuple = Array(whole)
                connection.original = direction(content)
            }
            if type == 2 { connection.reply = direction(content) }
        }
        return connection.tuple.isEmpty ? nil : connection
    }
    /// CTA_TUPLE_IP (1) holds source (1) and destination (2); CTA_TUPLE_PROTO (2) the protocol (1) and the ports (2, 3).
    private static func direction(_ payload: ArraySlice<UInt8>) -> TrackedConnection.Direction {
        var direction = TrackedConnection.Direction()
        for (type, content, _) in payload.attributes {
            for (inner, value, _) in content.attributes {
                let number = value.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                switch (type, inner) {
                case (1, 1): direction.source = IPv4Address(number)
                case (1, 2): direction.destination = IPv4Address(number)
                case (2, 1): direction.transport = UInt8(truncatingIfNeeded: number)
                case (2, 2): direction.sourcePort = Int(number)
                case (2, 3): direction.destinationPort = Int(number)
                default: break
                }
            }
        }
        return direction
    }
}

extension ArraySlice<UInt8> {
    /// The 32 bits at an offset, in the machine's order; 0 past the end.
    fileprivate func word(_ offset: Int) -> UInt32 {
        let bytes = dropFirst(offset).prefix(4)
        return bytes.count == 4 ? UInt32(littleEndian: bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }) : 0
    }
    /// Netlink attributes: type, content, and the whole with its head and padding.
    fileprivate var attributes: [(type: UInt16, content: ArraySlice<UInt8>, whole: ArraySlice<UInt8>)] {
        var result: [(UInt16, ArraySlice<UInt8>, ArraySlice<UInt8>)] = []
        var rest = self
        while rest.count >= 4 {
            let head = rest.word(0)
            let length = Int(head & 0xffff)
            guard 4...rest.count ~= length else { break }
            let padded = Swift.min((length + 3) & ~3, rest.count)
            result.append((UInt16(head >> 16 & 0x3fff), rest.dropFirst(4).prefix(length - 4), rest.prefix(padded)))
            rest = rest.dropFirst(padded)
        }
        return result
    }
}
