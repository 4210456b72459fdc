import Glibc
import Testing

@testable import Linux

@Suite(.enabled(if: isRoot)) struct NamespaceTests {
    @Test func `ensure makes a namespace with its loopback up, and again does nothing`() throws {
        try withNamespaces { paths in
            let before = try #require(NetworkNamespaces.identity(paths[0]))
            try NetworkNamespaces.ensure(paths[0])
            #expect(NetworkNamespaces.identity(paths[0]) == before)
            let links = try Netlink(namespace: paths[0]).links()
            #expect(links.first?.name == "lo")
            #expect(links.first?.isUp == true)
        }
    }

    @Test func `the thread is home again after work in a namespace, also when the work throws`() throws {
        struct Stop: Error {}
        try withNamespaces { paths in
            let home = try Netlink().links()
            #expect(throws: Stop.self) { try NetworkNamespaces.within(paths[0]) { throw Stop() } }
            #expect(try Netlink().links().map(\.name) == home.map(\.name))
        }
    }

    @Test func `remove takes the mount and the file away, and again does nothing`() throws {
        try withNamespaces { paths in
            NetworkNamespaces.remove(paths[0])
            #expect(!NetworkNamespaces.exists(paths[0]))
            #expect(access(paths[0], F_OK) != 0)
            NetworkNamespaces.remove(paths[0])
        }
    }

    @Test func `a namespace without a process is told from one with`() throws {
        try withNamespaces { paths in
            let inhabited = NetworkNamespaces.inhabited()
            let own = try #require(NetworkNamespaces.identity("/proc/self/ns/net"))
            let empty = try #require(NetworkNamespaces.identity(paths[0]))
            #expect(inhabited.contains(own) && !inhabited.contains(empty))
        }
    }

    @Test func `a namespace that cannot be entered is told with its path`() {
        let failure = #expect(throws: LinuxError.self) { try NetworkNamespaces.within("/nonexistent/netns") {} }
        #expect(failure?.description == "open /nonexistent/netns: No such file or directory")
    }

    @Test func `a setting of one namespace leaves the others alone`() throws {
        try withNamespaces(2) { paths in
            try Sysctl.set("net.ipv4.ip_forward", "1", namespace: paths[0])
            try Sysctl.set("net.ipv4.ip_forward", "0", namespace: paths[1])
            #expect(try Sysctl.get("net.ipv4.ip_forward", namespace: paths[0]) == "1")
            #expect(try Sysctl.get("net/ipv4/ip_forward", namespace: paths[1]) == "0")
            let failure = #expect(throws: LinuxError.self) { try Sysctl.set("net.ipv4.no_such", "1", namespace: paths[0]) }
            #expect(failure?.code == ENOENT)
        }
    }

    @Test func `several processes' worth of ensure make one mount`() async throws {
        try await withNamespacesAsync { path in
            NetworkNamespaces.remove(path)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try NetworkNamespaces.ensure(path) } }
                try await group.waitForAll()
            }
            let mounts = try String(decoding: bytes(of: "/proc/self/mountinfo"), as: UTF8.self)
            #expect(mounts.split(separator: "\n").filter { $0.contains(" \(path) ") }.count == 1)
        }
    }

    private func withNamespacesAsync(_ work: (String) async throws -> Void) async throws {
        let path = "/tmp/eyrie-linux-\(getpid())-race/n"
        defer {
            NetworkNamespaces.remove(path)
            rmdir("/tmp/eyrie-linux-\(getpid())-race")
        }
        try NetworkNamespaces.ensure(path)
        try await work(path)
    }
}

func bytes(of path: String) throws -> [UInt8] {
    let file = open(path, O_RDONLY)
    try #require(file >= 0)
    defer { close(file) }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = read(file, &buffer, buffer.count), count > 0 { all += buffer[..<count] }
    return all
}
