import Control
import Storage

/// Breaks the servers that share a store, and their ways to it, one thing after the other, until it is cancelled.
struct ServersChaos: Sendable {
    let installation: Installation
    let memory: SharedMemory
    let random: RandomSource

    func run() async throws {
        while true {
            try await installation.clock.sleep(for: .seconds(2) + .seconds(20) * random.fraction())
            try await strike()
        }
    }
    private func note(_ text: String) { installation.trace.note("fault: \(text)") }
    private func pause(upTo seconds: Int) async throws { try await installation.clock.sleep(for: .seconds(seconds) * random.fraction()) }

    private func strike() async throws {
        let server = random.int(in: 0..<installation.count)
        switch random.int(in: 0..<9) {
        case 0, 1:
            note("server \(server) is killed")
            installation.crash(server, losingPower: false)
            try await pause(upTo: 30)
            try await installation.start(server)
            note("server \(server) runs again")
        case 2, 3:
            // Longer than a lease, as a rule: it goes on as a leader that is none any more.
            note("server \(server) is frozen")
            installation.freeze(server)
            try await pause(upTo: 25)
            installation.thaw(server)
            note("server \(server) goes on")
        case 4, 5:
            note("server \(server) is cut off the store")
            installation.cut(server)
            try await pause(upTo: 40)
            installation.mend(server)
            note("server \(server) reaches the store")
        case 6:
            note("all leases are lost")
            memory.loseLeases()
        case 7:
            installation.slowestWrite = .milliseconds(random.int(in: 50..<800))
            note("messages to the store take up to \(installation.slowestWrite)")
            try await pause(upTo: 30)
            installation.slowestWrite = .milliseconds(2)
        default:
            note("every server dies")
            for place in 0..<installation.count { installation.crash(place, losingPower: false) }
            try await pause(upTo: 15)
            for place in 0..<installation.count { try await installation.start(place) }
            note("every server runs again")
        }
    }
}
