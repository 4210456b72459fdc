import Control
import Glibc

/// The load generator: measures a running cluster over the network, and the store and JSON by themselves.
@main struct EyrieBench {
    static let usage = """
        usage: eyrie-bench MODE [options]
          create|get|list|patch|delete|watch|nodes|schedule              load on a cluster
            [--kubeconfig FILE] [--token TOKEN] [--pid SERVER] [--count N] [--concurrency N] [--connections N]
            [--namespace NAME] [--kind configmaps|pods] [--lists N] [--limit PAGE] [--watchers N] [--updates N]
          pipeline [--directory DIR] [--modes LIST] and the options above   the API server without a network
          start --command COMMAND --kubeconfig FILE                      from the start of a server until it is ready
          store [--directory DIR | --store URL] [--writers N] [--count N] [--bytes N]   durable puts a second; URL is http://HOST:PORT of an etcd
          scheduler [--nodes N] [--pods N] [--shape plain|spread|apart]  the scheduler's decisions alone
          fleet --directory DIR [--nodes N] [--pods N] [--renewal MS] [--memory MIB]   a large cluster of simulated machines in this process,
                                                                 which fails above so much memory
          reopen --directory DIR                                         the start of a server over the store that fleet has left
          clusters --data-dir DIR [--count N] [--concurrency N]          very many clusters in the running server of the directory
          fill --directory DIR [--count N]                               pods in the store of a stopped server, to measure its next start
          scheduler-perf [--case NAME] [--scale N] [--directory DIR]     upstream's scheduler_perf; all numbers divided by N
          services [--services N] [--connections N]                      kube-proxy's rules on the kernel (needs root)
          floor [--count N]                                              a server that answers from memory, with a list of N pods, to be measured
          json [--count N]                                               parsing, editing and writing documents
          hammer DIRECTORY START                                         writes until killed, telling what was acknowledged
        """

    static func main() async {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let mode = arguments.isEmpty ? "help" : arguments.removeFirst()
        do {
            switch mode {
            case "create", "get", "list", "patch", "delete", "watch", "nodes", "schedule":
                try await ClusterBench(remote: Options(arguments)).run(mode)
            case "start": try await StartBench(Options(arguments)).run()
            case "pipeline": try await PipelineBench(Options(arguments)).run()
            case "store": try await StoreBench(Options(arguments)).run()
            case "scheduler": try SchedulerBench(Options(arguments)).run()
            case "fleet": try await FleetBench(Options(arguments)).run()
            case "reopen": try await FleetBench(Options(arguments)).reopen()
            case "clusters": try await RegionBench(Options(arguments)).run()
            case "fill": try await FillBench(Options(arguments)).run()
            case "scheduler-perf": try await SchedulerPerf(Options(arguments)).run()
            case "services": try ServicesBench(Options(arguments)).run()
            case "floor": try await FloorBench(Options(arguments)).run()
            case "json": try JSONBench(Options(arguments)).run()
            case "hammer": try await Hammer(arguments).run()
            case "help", "--help", "-h": print(usage)
            default: throw BenchError("unknown mode \(mode)\n\(usage)")
            }
        } catch {
            Log("bench").error("\(error)")
            exit(1)
        }
    }
}

/// Why nothing was measured.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Command line options: `--name value`.
struct Options {
    private var values: [String: String] = [:]

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), let value = rest.popFirst() else { throw BenchError("expected --option value, got \(name)") }
            values[String(name.dropFirst(2))] = value
        }
    }
    func text(_ name: String) -> String? { values[name] }
    func number(_ name: String, _ standard: Int) throws -> Int {
        guard let text = values[name] else { return standard }
        guard let number = Int(text), number > 0 else { throw BenchError("--\(name) needs a positive number") }
        return number
    }
}
