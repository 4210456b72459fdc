import CLinux
import Glibc

/// One request to the kernel's routing socket, as a value: it may be kept, and sent together with others by `Netlink.perform`.
package struct NetlinkRequest: Sendable {
    /// What it asks, for errors.
    package let text: String
    let type: UInt16
    let flags: UInt16
    /// Header of the family and attributes.
    var payload: [UInt8]
    /// Outcomes that count as success.
    var tolerated: [Int32] = []

    init(_ text: String, _ type: Int, flags: Int = 0, header: some BitwiseCopyable) {
        (self.text, self.type, self.flags) = (text, UInt16(type), UInt16(flags))
        payload = withUnsafeBytes(of: header) { Array($0) }
        pad()
    }

    /// The same request, for which it is no failure when the thing is there already.
    package var unlessPresent: Self { tolerating([EEXIST]) }
    /// The same request, for which it is no failure when the thing is gone already.
    package var ifPresent: Self { tolerating([ENODEV, ENOENT, ESRCH, EADDRNOTAVAIL, ENXIO]) }
    private func tolerating(_ codes: [Int32]) -> Self {
        var copy = self
        copy.tolerated += codes
        return copy
    }

    mutating func add(_ attribute: Int, _ bytes: some Collection<UInt8>) {
        appendHeader(attribute, length: bytes.count)
        payload += bytes
        pad()
    }
    mutating func add(_ attribute: Int, _ number: UInt32) { withUnsafeBytes(of: number) { add(attribute, $0) } }
    mutating func add(_ attribute: Int, _ text: String) { add(attribute, Array(text.utf8) + [0]) }
    mutating func nest(_ attribute: Int, _ body: (inout Self) -> Void) {
        let start = payload.count
        appendHeader(attribute, length: 0)
        body(&self)
        let length = UInt16(payload.count - start)
        withUnsafeBytes(of: length) { payload.replaceSubrange(start..<start + 2, with: $0) }
    }
    /// Adds a structure as it lies in memory, without an attribute around it.
    mutating func append(_ structure: some BitwiseCopyable) {
        withUnsafeBytes(of: structure) { payload += $0 }
        pad()
    }

    private mutating func appendHeader(_ attribute: Int, length: Int) {
        withUnsafeBytes(of: UInt16(length + 4)) { payload += $0 }
        withUnsafeBytes(of: UInt16(attribute)) { payload += $0 }
    }
    private mutating func pad() { while payload.count % 4 != 0 { payload.append(0) } }

    /// The message as it goes over the socket.
    func message(sequence: UInt32, flags more: Int) -> [UInt8] {
        var header = nlmsghdr()
        header.nlmsg_len = UInt32(MemoryLayout<nlmsghdr>.size + payload.count)
        header.nlmsg_type = type
        header.nlmsg_flags = flags | UInt16(more) | UInt16(NLM_F_REQUEST)
        header.nlmsg_seq = sequence
        return withUnsafeBytes(of: header) { Array($0) } + payload
    }
}

/// Reads what the kernel answers; missing bytes read as zero.
struct NetlinkAnswer {
    let type: Int
    let flags: Int
    let sequence: UInt32
    let payload: ArraySlice<UInt8>

    /// The structure at the start of the payload.
    func header<Header: BitwiseCopyable>(_ type: Header.Type) -> Header? { payload.structure(type) }

    /// The attributes behind a header of this type.
    func attributes<Header>(after header: Header.Type) -> [Int: ArraySlice<UInt8>] {
        payload.dropFirst((MemoryLayout<Header>.size + 3) & ~3).attributes
    }
}

extension ArraySlice<UInt8> {
    /// A structure as it lies in memory at the start; nil when there are too few bytes.
    func structure<Structure: BitwiseCopyable>(_ type: Structure.Type) -> Structure? {
        guard count >= MemoryLayout<Structure>.size else { return nil }
        return withUnsafeBytes { $0.loadUnaligned(as: type) }
    }

    /// The attributes by number; of equal numbers the last.
    var attributes: [Int: ArraySlice<UInt8>] {
        var found: [Int: ArraySlice<UInt8>] = [:]
        var rest = self
        while let length = rest.structure(UInt16.self).map(Int.init), length >= 4, length <= rest.count {
            let number = rest.dropFirst(2).structure(UInt16.self) ?? 0
            found[Int(number & 0x3fff)] = rest.dropFirst(4).prefix(length - 4)
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return found
    }
    /// Text up to the first zero.
    var text: String { String(decoding: prefix { $0 != 0 }, as: UTF8.self) }
}
