import Control

/// Who acts in a trial, and what goes wrong.
struct Cast: Sendable {
    let installation: Installation
    let stage: Stage
    let region: RegionPlay
    let ledger: Ledger
    let counters: Counters
    let configuration: TrialConfiguration
    let random: RandomSource

    typealias Part = @Sendable () async throws -> Void

    var players: [Part] {
        let (installation, cluster, steps) = (installation, stage.cluster, configuration.steps)
        var parts: [Part] = (0..<configuration.clients).map { number in
            let client = WorkloadClient(
                number: number, kubernetes: installation.kubernetes(cluster: cluster),
                doubtful: installation.kubernetes(cluster: cluster, mayDuplicate: true), ledger: ledger, counters: counters,
                random: RandomSource(seed: random.next()), clock: installation.clock, trace: installation.trace)
            return { try await client.run(steps: steps) }
        }
        parts += (0..<2).map { number in
            let client = QuotaClient(
                number: number, kubernetes: installation.kubernetes(cluster: cluster), random: RandomSource(seed: random.next()),
                clock: installation.clock, trace: installation.trace)
            return { try await client.run(steps: steps) }
        }
        let one = Operator(
            installation: installation, kubernetes: installation.kubernetes(cluster: cluster), region: region,
            random: RandomSource(seed: random.next()), trace: installation.trace)
        parts.append { try await one.run(steps: steps / 2) }
        // What comes by the minute is to meet faults too.
        parts.append { try await installation.clock.sleep(for: .seconds(2 * steps)) }
        return parts
    }

    var faults: [Part] {
        let source = RandomSource(seed: random.next())
        let world = WorldChaos(installation: installation, random: RandomSource(seed: random.next()))
        if let memory = installation.memory {
            let servers = ServersChaos(installation: installation, memory: memory, random: source)
            return [{ try await servers.run() }, { try await world.run() }]
        }
        let process = ProcessChaos(installation: installation, cluster: stage.cluster, random: source)
        return [{ try await process.run() }, { try await world.run() }]
    }
}
