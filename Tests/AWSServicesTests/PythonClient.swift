import AWSProtocol
import Foundation
import Synchronization

/// Runs Python with the environment that points AWS's clients at an endpoint.
enum PythonClient {
    static let available: Bool = {
        let probe = process(["-c", "import boto3, awscli"], port: 1, key: nil)
        guard (try? probe.run()) != nil else { return false }
        probe.waitUntilExit()
        return probe.terminationStatus == 0
    }()

    /// What the script prints, standard error included, without space at the ends.
    static func run(script: String, port: Int, key: Credential) async throws -> String {
        try await run(["-c", script], port: port, key: key)
    }

    static func run(_ arguments: [String], port: Int, key: Credential) async throws -> String {
        let process = process(arguments, port: port, key: key)
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        let printed = Mutex(Data())
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let piece = handle.availableData
            if piece.isEmpty { handle.readabilityHandler = nil } else { printed.withLock { $0 += piece } }
        }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        for _ in 0..<6_000 where pipe.fileHandleForReading.readabilityHandler != nil { try await Task.sleep(for: .milliseconds(10)) }
        return printed.withLock { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
    }

    private static func process(_ arguments: [String], port: Int, key: Credential?) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        var environment = ProcessInfo.processInfo.environment
        environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:\(port)"
        environment["AWS_DEFAULT_REGION"] = "us-west-1"
        environment["AWS_ACCESS_KEY_ID"] = key?.accessKey
        environment["AWS_SECRET_ACCESS_KEY"] = key?.secret
        environment["AWS_CONFIG_FILE"] = "/dev/null"
        environment["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
        environment["AWS_EC2_METADATA_DISABLED"] = "true"
        environment["NO_PROXY"] = "*"
        process.environment = environment
        return process
    }
}
