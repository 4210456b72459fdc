import CLinux
import Glibc

/// A routing socket: sends messages and waits for their acknowledgements. Not for several threads at once.
final class NetlinkSocket {
    private let descriptor: Int32
    private var sequence: UInt32 = 0
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)
    /// So many messages go out before their answers are read, so that these fit the socket's buffer.
    private static let window = 64

    /// Opens the socket in the calling thread's namespace.
    init() throws(NetlinkError) {
        descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Int32(NETLINK_ROUTE))
        guard descriptor >= 0 else { throw NetlinkError("open routing socket", code: errno) }
        var on: Int32 = 1
        for option in [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK] {
            setsockopt(descriptor, Int32(SOL_NETLINK), Int32(option), &on, socklen_t(MemoryLayout<Int32>.size))
        }
        var size: Int32 = 1 << 20
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    deinit { close(descriptor) }

    /// Sends the requests in order and returns the failures by index; those behind a failure are tried all the same.
    func transact(_ requests: [NetlinkRequest]) throws(NetlinkError) -> [Int: NetlinkError] {
        var failures: [Int: NetlinkError] = [:]
        var start = 0
        while start < requests.count {
            let end = min(start + Self.window, requests.count)
            let first = sequence + 1
            var bytes: [UInt8] = []
            for index in start..<end {
                sequence += 1
                bytes += requests[index].message(sequence: sequence, flags: Int(NLM_F_ACK))
            }
            try send(bytes, for: requests[start].text)
            var waiting = end - start
            while waiting > 0 {
                for answer in try receive(for: requests[start].text) where answer.type == Int(NLMSG_ERROR) {
                    guard answer.sequence >= first, answer.sequence <= sequence else { continue }
                    waiting -= 1
                    let index = start + Int(answer.sequence - first)
                    let code = -(answer.payload.structure(Int32.self) ?? -EIO)
                    if code != 0, !requests[index].tolerated.contains(code) {
                        failures[index] = NetlinkError(requests[index].text, code: code, detail: detail(of: answer))
                    }
                }
            }
            start = end
        }
        return failures
    }

    /// Everything that a listing answers; an interrupted listing is begun again.
    func dump(_ request: NetlinkRequest) throws(NetlinkError) -> [NetlinkAnswer] {
        for _ in 0..<8 {
            sequence += 1
            try send(request.message(sequence: sequence, flags: Int(NLM_F_DUMP)), for: request.text)
            var answers: [NetlinkAnswer] = []
            var isDone = false
            var isInterrupted = false
            while !isDone {
                for answer in try receive(for: request.text) where answer.sequence == sequence {
                    isInterrupted = isInterrupted || answer.flags & Int(NLM_F_DUMP_INTR) != 0
                    if answer.type == Int(NLMSG_DONE) || answer.type == Int(NLMSG_ERROR) {
                        isDone = true
                        let code = -(answer.payload.structure(Int32.self) ?? 0)
                        if code > 0 { throw NetlinkError(request.text, code: code, detail: detail(of: answer)) }
                    } else {
                        answers.append(answer)
                    }
                }
            }
            if !isInterrupted { return answers }
        }
        throw NetlinkError(request.text, code: EAGAIN)
    }

    /// One object by its name or key; nil when there is none.
    func get(_ request: NetlinkRequest) throws(NetlinkError) -> NetlinkAnswer? {
        sequence += 1
        try send(request.message(sequence: sequence, flags: 0), for: request.text)
        while true {
            for answer in try receive(for: request.text) where answer.sequence == sequence {
                guard answer.type == Int(NLMSG_ERROR) else { return answer }
                let error = NetlinkError(request.text, code: -(answer.payload.structure(Int32.self) ?? 0), detail: detail(of: answer))
                if error.isMissing || error.code == 0 { return nil }
                throw error
            }
        }
    }

    private func send(_ bytes: [UInt8], for text: String) throws(NetlinkError) {
        guard Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count else { throw NetlinkError(text, code: errno) }
    }

    private func receive(for text: String) throws(NetlinkError) -> [NetlinkAnswer] {
        var count = 0
        repeat { count = recv(descriptor, &buffer, buffer.count, Int32(MSG_TRUNC)) } while count < 0 && errno == EINTR
        guard count > 0 else { throw NetlinkError(text, code: errno) }
        guard count <= buffer.count else { throw NetlinkError(text, code: EMSGSIZE) }
        var answers: [NetlinkAnswer] = []
        var rest = Array(buffer[..<count])[...]
        while let header = rest.structure(nlmsghdr.self), Int(header.nlmsg_len) >= 16, Int(header.nlmsg_len) <= rest.count {
            let payload = rest.dropFirst(16).prefix(Int(header.nlmsg_len) - 16)
            answers.append(
                NetlinkAnswer(
                    type: Int(header.nlmsg_type), flags: Int(header.nlmsg_flags), sequence: header.nlmsg_seq, payload: payload))
            rest = rest.dropFirst((Int(header.nlmsg_len) + 3) & ~3)
        }
        return answers
    }

    /// The kernel's words behind an error: after the errno and the head of the request that it answers (a listing's end has none).
    private func detail(of answer: NetlinkAnswer) -> String? {
        guard answer.flags & Int(NLM_F_ACK_TLVS) != 0 else { return nil }
        let head = answer.type == Int(NLMSG_DONE) ? 4 : 20
        return answer.payload.dropFirst(head).attributes[Int(NLMSGERR_ATTR_MSG.rawValue)]?.text
    }
}
