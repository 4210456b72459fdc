import Glibc
import Linux
import Testing

@testable import LinuxMachine

@Suite struct ConsoleLogTests {
    @Test func keepsItsNewestLinesWithinItsLimit() throws {
        let path = "/tmp/eyrie-console-\(getpid())"
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0o600)
        defer {
            close(file)
            unlink(path)
        }
        let console = ConsoleLog(file: file)
        for number in 0..<300_000 / 4 { console.append("line \(number) of what a machine says of itself\n".utf8) }
        let text = String(decoding: try Files.read(path), as: UTF8.self)
        #expect(text.utf8.count <= ConsoleLog.limit)
        #expect(text.hasPrefix("line "))
        #expect(text.hasSuffix("line 74999 of what a machine says of itself\n"))
    }

    @Test func aRecordNamesOneProcessAlone() throws {
        let path = "/tmp/eyrie-record-\(getpid())"
        defer { unlink(path) }
        let own = try #require(ProcessRecord(process: getpid()))
        try own.write(to: path)
        #expect(ProcessRecord(path: path) == own)
        #expect(own.adopt() != nil)
        var other = own
        other.began = "1"
        #expect(other.adopt() == nil)
        try Files.replace(path, Array("1 2 3 4".utf8))
        #expect(ProcessRecord(path: path) == nil)
    }
}
