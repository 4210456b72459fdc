import AWSServices
import Control
import Cryptography
import Glibc
import Linux
import Network

/// Debian's `docker-registry` as a child of the server: the store behind ECR, reached by a socket in its folder. Begins when it is first
/// needed, and again when it has ended.
actor DockerRegistry: RegistryHost {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }
    private static let program = "/usr/bin/docker-registry"
    private let folder: String
    private let clock: any WallClock
    private var child: ChildProcess?
    private var client: HTTPClient?

    /// A registry whose images are below the folder.
    init(folder: String, clock: any WallClock) { (self.folder, self.clock) = (folder, clock) }
    private var socket: String { "\(folder)/registry.sock" }
    private var mark: String { "\(folder)/process" }

    func transport() async throws -> any HTTPTransport {
        if let client, let child, !child.hasEnded { return client }
        guard Files.exists(Self.program) else {
            throw Missing(description: "\(Self.program) is not installed (Debian's package docker-registry)")
        }
        try Files.makeFolders("\(folder)/images")
        endFormer()
        unlink(socket)
        try Files.replace("\(folder)/config.yml", Array(configuration.utf8))
        let started = try Spawn.start(Program(Self.program, ["serve", "\(folder)/config.yml"], folder: folder))
        child = started
        try Files.replace(mark, Array("\(started.process)".utf8))
        let made = try HTTPClient(endpoint: "unix:\(socket)")
        for _ in 0..<200 {
            if let answer = try? await made.send(HTTPRequest("GET", "/v2/")), answer.status == 200 {
                client = made
                return made
            }
            guard !started.hasEnded else { break }
            try await clock.sleep(for: .milliseconds(25))
        }
        started.signal(SIGKILL)
        throw Missing(description: "\(Self.program) does not start; see \(folder)/config.yml")
    }
    /// Ends the registry; what it holds stays.
    func stop() async {
        client?.close()
        child?.signal(SIGTERM)
        _ = child?.waitHere(milliseconds: 2000)
        (client, child) = (nil, nil)
        unlink(mark)
    }

    /// Ends the child of a server that was killed: it is the process of that number which has our configuration among its arguments.
    private func endFormer() {
        guard let number = Files.text(mark).flatMap({ Int32($0) }),
            Files.text("/proc/\(number)/cmdline")?.contains("\(folder)/config.yml") == true
        else { return }
        let former = ChildProcess(adopting: number)
        former?.signal(SIGKILL)
        _ = former?.waitHere(milliseconds: 2000)
    }
    private var configuration: String {
        """
        version: 0.1
        log: {level: error}
        storage:
          filesystem: {rootdirectory: \(folder)/images}
          delete: {enabled: true}
          redirect: {disable: true}
        http:
          net: unix
          addr: \(socket)
          relativeurls: true
          secret: \(Hex.encode(SecureRandom.bytes(16)))

        """
    }
}
