import Behaviours
import Control
import Glibc
import Testing

/// The simulation of a whole system: it finds nothing in a few short trials, and it plays the same seed the same way.
@Suite struct TrialTests {
    /// The third has two servers on a store that they share.
    @Test(arguments: [1, 2, 3]) func `a short trial holds`(seed: Int) {
        Log.level = .error
        var configuration = TrialConfiguration(seed: UInt64(seed))
        configuration.steps = 8
        let result = Trial(configuration).run()
        #expect(result.violation == nil, "\(result.tail.joined(separator: "\n"))")
        #expect(result.lines > 20)
    }

    @Test func `a seed plays the same way again and another seed does not`() throws {
        let lines = try [5, 5, 6].map { try play(seed: $0) }
        #expect(lines[0].contains("trace "))
        #expect(trace(of: lines[0]) == trace(of: lines[1]))
        #expect(trace(of: lines[0]) != trace(of: lines[2]))
    }
    /// The hash of the trace.
    private func trace(of line: String) -> Substring? { line.split(separator: " ").drop { $0 != "trace" }.dropFirst().first }

    /// What the program says of a seed.
    private func play(seed: Int) throws -> String {
        let bundle = try #require(CommandLine.arguments.first { $0.hasSuffix(".xctest") })
        let folder = "\(bundle.hasPrefix("/") ? "/" : "")\(bundle.split(separator: "/").dropLast().joined(separator: "/"))"
        let pipe = try #require(popen("'\(folder)/eyrie-simulate' --seed \(seed) --steps 8", "r"))
        defer { pclose(pipe) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { text += buffer[..<count] }
        return String(decoding: text, as: UTF8.self)
    }
}
