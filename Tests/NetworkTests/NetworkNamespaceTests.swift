import Foundation
import Glibc
import Testing

@testable import Network

@Suite(.enabled(if: geteuid() == 0 && access("/usr/sbin/ip", X_OK) == 0)) struct NetworkNamespaceTests {
    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/ip")
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private func withNamespace(_ body: (NetworkNamespace) async throws -> Void) async throws {
        let name = "eyrie-net-\(getpid())"
        try run(["netns", "add", name])
        defer { try? run(["netns", "delete", name]) }
        try run(["-n", name, "link", "set", "lo", "up"])
        try await body(NetworkNamespace(path: "/run/netns/" + name))
    }

    @Test func `servers and clients live in a namespace, and the process's own knows nothing of them`() async throws {
        try await withNamespace { namespace in
            let home = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net")
            var limits = HTTPLimits.patient
            limits.drainTimeout = .milliseconds(100)
            // The address comes up after the server listens on it.
            let server = HTTPServer(
                .init(host: "203.0.113.7", port: 80, limits: limits, loops: testLoops, namespace: namespace),
                handler: ClosureHandler { HTTPResponse(200, body: .bytes(Array($0.peer.address.utf8))) })
            try await server.start()
            try run(["-n", String(namespace.path.dropFirst(11)), "address", "add", "203.0.113.7/32", "dev", "lo"])
            let client = try HTTPClient(endpoint: "http://203.0.113.7", loops: testLoops, namespace: namespace, source: "127.0.0.9")
            let answer = try await client.send(HTTPRequest("GET", "/")).body.collect(limit: 100)
            #expect(String(decoding: answer, as: UTF8.self).hasPrefix("127.0.0.9:"))
            let stream = try await TCP.connect(host: "203.0.113.7", port: 80, namespace: namespace, loops: testLoops)
            stream.close()
            let hidden = TCPServer(host: "127.0.0.1", port: 0, namespace: namespace, loops: testLoops) { _ in }
            let port = try await hidden.start()
            await #expect(throws: HTTPError.self) { try await TCP.connect(host: "127.0.0.1", port: port, loops: testLoops) }
            await hidden.stop()
            let datagrams = try UDPSocket(host: "203.0.113.7", port: 53, namespace: namespace, loops: testLoops)
            let asker = try UDPSocket(host: "127.0.0.1", port: 0, namespace: namespace, loops: testLoops)
            try asker.send([1, 2], to: UDPPeer(host: "203.0.113.7", port: 53))
            #expect(try await datagrams.receive(timeout: .seconds(60)).bytes == [1, 2])
            await server.stop()
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
            for thread in threads {
                let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/task/\(thread)/ns/net")
                #expect(place == nil || place == home)
            }
        }
    }

    @Test func `a namespace that is not there is an error`() async throws {
        let nowhere = NetworkNamespace(path: "/run/netns/eyrie-nowhere")
        await #expect(throws: HTTPError.self) { try await TCP.connect(host: "127.0.0.1", port: 1, namespace: nowhere, loops: testLoops) }
    }
}
