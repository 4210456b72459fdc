import Glibc
import Linux

/// Keeps services alive as the first process of a machine: starts them again with back-off, reaps every orphan, and ends them in order.
struct Supervisor {
    /// A service to keep alive.
    struct Plan {
        let name: String
        let program: Program
    }
    private struct Running {
        let plan: Plan
        var process: Int32?
        var begun = 0
        /// Milliseconds of the monotonic clock at which it is started next, and how long it waited last.
        var next = 0, pause = 0
    }
    private static let firstPause = 100, longestPause = 10_000
    /// A service that ran so long has its back-off forgotten.
    private static let steady = 10_000

    private let signals: Signals
    private let console = ConsoleLog(file: STDOUT_FILENO)
    private var services: [Running]
    private let output: Pipe

    /// - Throws: `LinuxError`.
    init(signals: Signals, services: [Plan]) throws(LinuxError) {
        self.signals = signals
        output = try Pipe(waits: false)
        self.services = services.map { Running(plan: $0) }
    }

    /// Runs until a signal asks to power off, and returns when everything else has ended.
    mutating func run() {
        while true {
            startDue()
            var descriptors = [
                pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: output.reading, events: Int16(POLLIN), revents: 0),
            ]
            _ = poll(&descriptors, 2, timeout)
            drain()
            var asked = false
            while let signal = signals.next() { asked = asked || signal == SIGTERM || signal == SIGINT }
            reap()
            if asked { return powerOff() }
        }
    }

    private var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
    /// Milliseconds until the next start; -1 for none.
    private var timeout: Int32 {
        let waiting = services.filter { $0.process == nil }.map { max(0, $0.next - now) }.min()
        return waiting.map { Int32(clamping: $0) } ?? -1
    }
    private mutating func startDue() {
        for index in services.indices where services[index].process == nil && services[index].next <= now {
            var program = services[index].plan.program
            program.descriptors = [1: output.writing, 2: output.writing]
            program.leadsSession = true
            services[index].begun = now
            do throws(LinuxError) { services[index].process = try Spawn.process(program) } catch {
                console.line("cannot start \(services[index].plan.name): \(error)")
                delay(index)
            }
        }
    }
    private mutating func delay(_ index: Int) {
        let ran = now - services[index].begun
        let pause = ran > Supervisor.steady ? 0 : services[index].pause
        services[index].pause = pause == 0 ? Supervisor.firstPause : min(pause * 2, Supervisor.longestPause)
        services[index].next = now + services[index].pause
    }
    /// Takes what services wrote to the console.
    private func drain() {
        var part = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(output.reading, &part, part.count), count > 0 { console.append(part[..<count]) }
    }
    private mutating func reap() {
        var status: Int32 = 0
        while case let process = waitpid(-1, &status, WNOHANG), process > 0 {
            guard let index = services.firstIndex(where: { $0.process == process }) else { continue }
            services[index].process = nil
            delay(index)
            console.line("\(services[index].plan.name) ended with \(ExitStatus(wait: status).code), again in \(services[index].pause) ms")
        }
    }

    /// The agent first, then every container, then the rest; each has a moment to end by itself.
    private mutating func powerOff() {
        console.line("power off")
        if let node = services.first(where: { $0.plan.name == "node" })?.process {
            kill(node, SIGTERM)
            settle(3000) { kill(node, 0) != 0 }
        }
        kill(-1, SIGTERM)
        settle(2000) { !Supervisor.runsContainers }
        kill(-1, SIGKILL)
        settle(3000) { false }
        drain()
        sync()
    }
    /// Whether anything lives besides this process and what containers are kept by, which ends with them alone.
    private static var runsContainers: Bool {
        Files.names(in: "/proc").contains { name in
            guard let process = Int32(name), process != 1, let comm = Files.text("/proc/\(name)/comm") else { return false }
            return !comm.hasPrefix("containerd") && ProcessRecord(process: process) != nil
        }
    }
    /// Reaps until the condition holds, nothing is left to reap, or the time is over.
    private mutating func settle(_ milliseconds: Int, _ isDone: () -> Bool) {
        let end = now + milliseconds
        while now < end {
            var status: Int32 = 0
            let process = waitpid(-1, &status, WNOHANG)
            if process < 0, errno == ECHILD { return }
            if process > 0 { continue }
            if isDone() { return }
            drain()
            usleep(5000)
        }
    }
}
