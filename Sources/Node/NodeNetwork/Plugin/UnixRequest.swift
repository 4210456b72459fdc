import Documents
import Glibc

/// One blocking HTTP request on a Unix socket: what a program that lives for milliseconds needs.
enum UnixRequest {
    /// Sends a document and returns the answer's status and document.
    /// - Throws: `CNIError` when nobody answers within the timeout.
    static func post(_ path: String, to socketPath: String, _ document: Value, timeoutSeconds: Int) throws(CNIError) -> (Int, Value) {
        let body = JSON.encode(document)
        let head =
            "POST \(path) HTTP/1.1\r\nhost: ipamd\r\ncontent-type: application/json\r\ncontent-length: \(body.count)\r\nconnection: close\r\n\r\n"
        let answer = try exchange(Array(head.utf8) + body, socketPath, timeoutSeconds)
        let text = String(decoding: answer, as: UTF8.self)
        guard let split = text.firstRange(of: "\r\n\r\n"), let status = Int(text.dropFirst(9).prefix(3)) else {
            throw CNIError(.tryAgain, "unexpected answer of the address manager")
        }
        let value = (try? JSON.parse(String(text[split.upperBound...]))) ?? .null
        return (status, value)
    }

    private static func exchange(_ bytes: [UInt8], _ path: String, _ timeout: Int) throws(CNIError) -> [UInt8] {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw CNIError(.tryAgain, "socket: \(text(errno))") }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { throw CNIError(.tryAgain, "connect \(path): \(text(errno))") }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw CNIError(.tryAgain, "write \(path): \(text(errno))") }
            rest = rest.dropFirst(count)
        }
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while answer.count < 1 << 20 {
            let count = part.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CNIError(.tryAgain, "read \(path): \(text(errno))") }
            if count == 0 { break }
            answer += part[..<count]
        }
        return answer
    }
    private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
