import Glibc
import Testing

@testable import Linux

let isRoot = geteuid() == 0

/// Namespaces with names of their own under a directory that goes when the work ends.
func withNamespaces<Result>(_ count: Int = 1, _ work: ([String]) throws -> Result) throws -> Result {
    var template = Array("/tmp/eyrie-linux-XXXXXX".utf8CString)
    let directory = template.withUnsafeMutableBufferPointer { buffer -> String? in
        guard let start = buffer.baseAddress, let made = mkdtemp(start) else { return nil }
        return String(cString: made)
    }
    let root = try #require(directory)
    let paths = (0..<count).map { "\(root)/netns/n\($0)" }
    defer {
        for path in paths { NetworkNamespaces.remove(path) }
        rmdir("\(root)/netns")
        rmdir(root)
    }
    for path in paths { try NetworkNamespaces.ensure(path) }
    return try work(paths)
}

func address(_ text: String) throws -> IPv4Address { try #require(IPv4Address(text)) }
func prefix(_ text: String) throws -> IPv4Prefix { try #require(IPv4Prefix(text)) }
func mac(_ text: String) throws -> MACAddress { try #require(MACAddress(text)) }
