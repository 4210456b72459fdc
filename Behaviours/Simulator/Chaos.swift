import AWSProtocol
import Assembly
import Control
import Documents
import Storage

/// Breaks the process and its disk, one thing after the other, until it is cancelled.
struct ProcessChaos: Sendable {
    let installation: Installation
    let cluster: String
    let random: RandomSource

    func run() async throws {
        while true {
            try await installation.clock.sleep(for: .seconds(2) + .seconds(25) * random.fraction())
            try await strike()
        }
    }
    private func note(_ text: String) { installation.trace.note("fault: \(text)") }
    private func pause(upTo seconds: Int) async throws { try await installation.clock.sleep(for: .seconds(seconds) * random.fraction()) }

    private func strike() async throws {
        switch random.int(in: 0..<8) {
        case 0, 1: try await die(losingPower: true, "power fails")
        case 2: try await die(losingPower: false, "the process is killed")
        case 3:
            let operations = random.int(in: 0..<60)
            installation.disk.faults.operationsUntilCrash = operations
            note("the disk stops after \(operations) operations")
            try await pause(upTo: 10)
            try await die(losingPower: true, "power fails")
        case 4:
            installation.slowestWrite = .milliseconds(random.int(in: 50..<1500))
            note("writes take up to \(installation.slowestWrite)")
            try await pause(upTo: 30)
            installation.slowestWrite = .milliseconds(2)
        case 5:
            installation.disk.faults.capacity = installation.disk.usedBytes
            note("the disk is full")
            try await pause(upTo: 60)
            installation.disk.faults.capacity = .max
            note("the disk has room")
        case 6:
            if random.int(in: 0..<2) == 0 { installation.disk.faults.failingSyncs = 1 } else { installation.disk.faults.failingWrites = 1 }
            note("the disk fails once")
            try await pause(upTo: 20)
            try await die(losingPower: true, "power fails")
        default:
            note("the control plane restarts")
            let cluster = cluster
            try? await installation.operate { system in
                guard let id = system.clusterID(region: Installation.region, name: cluster) else { return }
                try await system.restartControlPlane(cluster: id)
            }
        }
    }
    private func die(losingPower: Bool, _ text: String) async throws {
        note(text)
        installation.crash(losingPower: losingPower)
        try await pause(upTo: 15)
        try await installation.start()
        note("the process runs again")
    }
}

/// Breaks the network, the machines and the clock, one thing after the other, until it is cancelled.
struct WorldChaos: Sendable {
    let installation: Installation
    let random: RandomSource

    func run() async throws {
        while true {
            try await installation.clock.sleep(for: .seconds(5) + .seconds(30) * random.fraction())
            try await strike()
        }
    }
    private func note(_ text: String) { installation.trace.note("fault: \(text)") }
    private func pause(upTo seconds: Int) async throws { try await installation.clock.sleep(for: .seconds(seconds) * random.fraction()) }

    private func strike() async throws {
        switch random.int(in: 0..<6) {
        case 0, 1:
            note("the network is rough")
            installation.network.weather = .rough
            try await pause(upTo: 40)
            installation.network.weather = .calm
        case 2:
            let span = Duration.seconds(random.int(in: 1..<120))
            note("the clock jumps by \(span)")
            installation.clock.jump(by: span)
        case 3:
            guard let address = try await instance("PrivateIpAddress") else { return }
            note("the machine \(address) is cut off")
            installation.cuts.cut(address)
            try await pause(upTo: 120)
            installation.cuts.mend(address)
            note("the machine \(address) is reached again")
        default:
            guard let id = try await instance("InstanceId") else { return }
            note("a machine dies")
            try? await installation.operate { await $0.fail(instance: id) }
            // Of several servers the next leader starts it again.
            guard installation.memory == nil else { return }
            try await pause(upTo: 150)
            try? await installation.operate { try await $0.recover(region: Installation.region) }
            note("the machine runs again")
        }
    }
    /// A member of an instance that EC2 calls running; nil when nobody answers.
    private func instance(_ member: String) async throws -> String? {
        let filters: Value = [["Name": "instance-state-name", "Values": ["running"]]]
        guard let answer = try? await installation.aws().call("ec2", "DescribeInstances", ["Filters": filters]) else { return nil }
        let found = answer["Reservations"].items.flatMap { $0["Instances"].items }.compactMap { $0[member].string }.sorted()
        return found.isEmpty ? nil : found[random.int(in: found.indices)]
    }
}
