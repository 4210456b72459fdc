import Glibc
import Network

/// The time from the start of a server to the answer that it is ready.
struct StartBench {
    private let command: String
    private let kubeconfig: String

    init(_ options: Options) throws {
        guard let command = options.text("command"), let kubeconfig = options.text("kubeconfig") else {
            throw BenchError("start needs --command and --kubeconfig")
        }
        (self.command, self.kubeconfig) = (command, kubeconfig)
    }

    func run() async throws {
        let start = seconds()
        var process = pid_t()
        let words: [String] = ["/bin/sh", "-c", "exec \(command)"]
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        guard posix_spawn(&process, "/bin/sh", nil, nil, arguments, environ) == 0 else { throw BenchError("cannot run \(command)") }
        defer {
            kill(process, SIGTERM)
            waitpid(process, nil, 0)
        }
        while seconds() - start < 60 {
            if let access = try? Access(kubeconfig: kubeconfig), let cluster = try? Cluster(access, connections: 1),
                (try? await cluster.call("GET", "/readyz")) != nil
            {
                let usage = ServerProcess(id: Int(process)).usage()
                let memory = (usage?.residentBytes ?? 0) >> 20
                print("start until a cluster is ready    \(fixed((seconds() - start) * 1000, 0)) ms, memory \(memory) MiB")
                return
            }
            usleep(5000)
        }
        throw BenchError("the server was not ready after a minute")
    }
}
