/// Writes HTTP/1 heads and frames bodies. Source: RFC 9112.
enum HTTP1Encoder {
    /// Fields that belong to one hop and are the connection's own business.
    static func isHopByHop(_ name: String) -> Bool {
        switch name {
        case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "te", "trailer": true
        default: false
        }
    }

    /// Adds `name: value` and CRLF. What could break out of the line is dropped.
    static func field(_ name: String, _ value: String, to output: inout OutputQueue) {
        guard name.utf8.allSatisfy(isTokenByte) else { return }
        output.append(name)
        output.append(": ")
        if value.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x09 }) {
            output.append(value)
        } else {
            let clean = value.utf8.map { $0 >= 0x20 ? $0 : 0x20 }
            clean.withUnsafeBytes { output.append(copying: $0) }
        }
        output.append("\r\n")
    }

    static func statusLine(_ status: Int, to output: inout OutputQueue) {
        if status == 200 {
            output.append("HTTP/1.1 200 OK\r\n")
        } else {
            output.append("HTTP/1.1 \(status) \(reasonPhrase(status))\r\n")
        }
    }
}

/// The words for a status. Source: RFC 9110, section 15; RFC 6585.
func reasonPhrase(_ status: Int) -> String {
    switch status {
    case 100: "Continue"
    case 101: "Switching Protocols"
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 206: "Partial Content"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 410: "Gone"
    case 411: "Length Required"
    case 412: "Precondition Failed"
    case 413: "Request Entity Too Large"
    case 415: "Unsupported Media Type"
    case 417: "Expectation Failed"
    case 422: "Unprocessable Entity"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    default: "Status \(status)"
    }
}
