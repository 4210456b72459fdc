import Glibc
import Linux
import Network

/// `/logs/…`: the files below the node's log folder, and its folders as lists of links, as Go's file server gives them.
struct NodeLogs {
    let folder: String

    func respond(_ segments: [String]) -> HTTPResponse {
        guard !segments.contains(where: { $0 == ".." || $0 == "." || $0.contains("/") || $0.contains("\0") }) else {
            return .text(400, "invalid URL path\n")
        }
        var root = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        var real = root
        let wanted = ([folder] + segments).joined(separator: "/")
        guard realpath(folder, &root) != nil, realpath(wanted, &real) != nil else { return .text(404, "404 page not found\n") }
        let (home, path) = (Self.text(root), Self.text(real))
        // Links to pods' logs lead out of the folder on purpose; only what the node keeps as logs is shown.
        guard path == home || path.hasPrefix(home + "/") else { return .text(404, "404 page not found\n") }
        if Files.isFolder(path) { return list(path) }
        guard let file = LogFile(path) else { return .text(404, "404 page not found\n") }
        return HTTPResponse(200, headers: ["content-type": "text/plain; charset=utf-8"], body: .reader(FileBody(file)))
    }

    private func list(_ path: String) -> HTTPResponse {
        var page = "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n"
        for name in Files.names(in: path) {
            let shown = Files.isFolder("\(path)/\(name)") ? name + "/" : name
            page += "<a href=\"\(Percent.encode(shown, allowed: "/"))\">\(Self.escaped(shown))</a>\n"
        }
        return HTTPResponse(200, headers: ["content-type": "text/html; charset=utf-8"], body: .bytes(Array((page + "</pre>\n").utf8)))
    }

    private static func text(_ path: [CChar]) -> String {
        String(decoding: path.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&#34;"
            default: result.append(character)
            }
        }
        return result
    }
}

/// A file as a body, piece by piece.
private final class FileBody: BodyReader {
    private let file: LogFile
    init(_ file: LogFile) { self.file = file }
    func next() async throws -> [UInt8]? {
        let bytes = file.next()
        return bytes.isEmpty ? nil : bytes
    }
    func cancel() {}
}
