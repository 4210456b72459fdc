import Control
import Documents
import Glibc
import Kubelet
import Linux

/// What the kubelet API gives to Prometheus and to metrics-server.
extension NodeStats {
    /// `/metrics/resource`. Source: kubelet/metrics/collectors/resource_metrics.go.
    func resourceMetrics() async -> String {
        var metrics = MetricsText()
        let sample = try? await sample()
        if let sample {
            let now = sample.time.nanoseconds / 1_000_000
            metrics.family("node_cpu_usage_seconds_total", "counter", "[STABLE] Cumulative cpu time consumed by the node in core-seconds")
            metrics.sample("node_cpu_usage_seconds_total", Self.seconds(sample.node.cpuNanoseconds), time: now)
            metrics.family("node_memory_working_set_bytes", "gauge", "[STABLE] Current working set of the node in bytes")
            metrics.sample("node_memory_working_set_bytes", Double(sample.node.workingSetBytes), time: now)
            containerResources(sample, &metrics)
            podResources(sample, now, &metrics)
        }
        for name in ["resource_scrape_error", "scrape_error"] {
            metrics.family(name, "gauge", "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise")
            metrics.sample(name, sample == nil ? 1 : 0)
        }
        return metrics.text
    }

    private func containerResources(_ sample: NodeSample, _ metrics: inout MetricsText) {
        let rows = sample.pods.flatMap { pod in pod.containers.map { (pod, $0) } }
        metrics.family(
            "container_cpu_usage_seconds_total", "counter", "[STABLE] Cumulative cpu time consumed by the container in core-seconds")
        for (pod, one) in rows {
            metrics.sample(
                "container_cpu_usage_seconds_total", ["container": one.name, "namespace": pod.namespace, "pod": pod.name],
                Self.seconds(one.stats.cpuNanoseconds), time: Int64(one.stats.timestamp / 1_000_000))
        }
        metrics.family("container_memory_working_set_bytes", "gauge", "[STABLE] Current working set of the container in bytes")
        for (pod, one) in rows {
            metrics.sample(
                "container_memory_working_set_bytes", ["container": one.name, "namespace": pod.namespace, "pod": pod.name],
                Double(one.stats.workingSetBytes), time: Int64(one.stats.timestamp / 1_000_000))
        }
        metrics.family(
            "container_start_time_seconds", "gauge", "[STABLE] Start time of the container since unix epoch in seconds")
        for (pod, one) in rows {
            metrics.sample(
                "container_start_time_seconds", ["container": one.name, "namespace": pod.namespace, "pod": pod.name],
                Self.seconds(one.started))
        }
    }

    private func podResources(_ sample: NodeSample, _ now: Int64, _ metrics: inout MetricsText) {
        let rows = sample.pods.filter { !$0.containers.isEmpty }.map { ($0, $0.usage ?? Self.sum($0.containers)) }
        metrics.family("pod_cpu_usage_seconds_total", "counter", "[STABLE] Cumulative cpu time consumed by the pod in core-seconds")
        for (pod, usage) in rows {
            let labels: KeyValuePairs = ["namespace": pod.namespace, "pod": pod.name]
            metrics.sample("pod_cpu_usage_seconds_total", labels, Self.seconds(usage.cpuNanoseconds), time: now)
        }
        metrics.family("pod_memory_working_set_bytes", "gauge", "[STABLE] Current working set of the pod in bytes")
        for (pod, usage) in rows {
            let labels: KeyValuePairs = ["namespace": pod.namespace, "pod": pod.name]
            metrics.sample("pod_memory_working_set_bytes", labels, Double(usage.workingSetBytes), time: now)
        }
    }

    /// `/metrics/cadvisor`: the names that dashboards use.
    func cadvisorMetrics() async -> String {
        var metrics = MetricsText()
        metrics.family("machine_cpu_cores", "gauge", "Number of logical CPU cores.")
        metrics.sample("machine_cpu_cores", Double((cpuMillicores + 999) / 1000))
        metrics.family("machine_memory_bytes", "gauge", "Amount of memory installed on the machine.")
        metrics.sample("machine_memory_bytes", Double(memoryBytes))
        guard let sample = try? await sample() else { return metrics.text }
        let rows: [(name: String, kind: String, help: String, value: (NodeSample.Container) -> Double)] = [
            (
                "container_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed in seconds.",
                { Self.seconds($0.stats.cpuNanoseconds) }
            ),
            ("container_memory_usage_bytes", "gauge", "Current memory usage in bytes.", { Double($0.stats.usageBytes) }),
            ("container_memory_working_set_bytes", "gauge", "Current working set in bytes.", { Double($0.stats.workingSetBytes) }),
            ("container_memory_rss", "gauge", "Size of RSS in bytes.", { Double($0.stats.rssBytes) }),
            ("container_fs_usage_bytes", "gauge", "Number of bytes that are consumed.", { Double($0.stats.writableBytes) }),
            ("container_start_time_seconds", "gauge", "Start time of the container since unix epoch.", { Self.seconds($0.started) }),
        ]
        for row in rows {
            metrics.family(row.name, row.kind, row.help)
            for pod in sample.pods {
                for one in pod.containers {
                    metrics.sample(
                        row.name,
                        [
                            "container": one.name, "id": one.stats.id, "image": one.image, "name": one.stats.id,
                            "namespace": pod.namespace, "pod": pod.name,
                        ], row.value(one))
                }
            }
        }
        networkMetrics(sample, &metrics)
        return metrics.text
    }

    private func networkMetrics(_ sample: NodeSample, _ metrics: inout MetricsText) {
        let rows: [(name: String, value: (InterfaceCounters) -> Int)] = [
            ("receive_bytes", { $0.receivedBytes }), ("receive_packets", { $0.receivedPackets }), ("receive_errors", { $0.receivedErrors }),
            ("receive_packets_dropped", { $0.receivedDrops }), ("transmit_bytes", { $0.sentBytes }),
            ("transmit_packets", { $0.sentPackets }), ("transmit_errors", { $0.sentErrors }),
            ("transmit_packets_dropped", { $0.sentDrops }),
        ]
        for row in rows {
            let name = "container_network_\(row.name)_total"
            metrics.family(name, "counter", "Cumulative count of \(row.name.split(separator: "_").joined(separator: " ")).")
            for pod in sample.pods {
                for one in pod.interfaces {
                    let labels: KeyValuePairs = ["interface": one.name, "namespace": pod.namespace, "pod": pod.name]
                    metrics.sample(name, labels, Double(row.value(one)))
                }
            }
        }
    }

    /// `/metrics`: the kubelet itself.
    func kubeletMetrics(pods: [Value]) async -> String {
        var metrics = MetricsText()
        metrics.family("kubelet_node_name", "gauge", "[ALPHA] The node's name. The count is always 1.")
        metrics.sample("kubelet_node_name", ["node": settings.nodeName], 1)
        if let sample = try? await sample() {
            metrics.family("kubelet_running_containers", "gauge", "[ALPHA] Number of containers currently running")
            for (state, count) in sample.containerStates.sorted(by: { $0.key < $1.key }) {
                metrics.sample("kubelet_running_containers", ["container_state": state], Double(count))
            }
            metrics.family("kubelet_running_pods", "gauge", "[ALPHA] Number of pods that have a running pod sandbox")
            metrics.sample("kubelet_running_pods", Double(sample.pods.count { !$0.containers.isEmpty }))
        }
        metrics.family("kubelet_desired_pods", "gauge", "[ALPHA] The number of pods the kubelet is being instructed to run.")
        metrics.sample("kubelet_desired_pods", Double(pods.count))
        var usage = rusage()
        getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        let busy = [usage.ru_utime, usage.ru_stime].reduce(0.0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        metrics.family("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.")
        metrics.sample("process_cpu_seconds_total", busy)
        let pages = (Files.text("/proc/self/statm") ?? "").split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        metrics.family("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.")
        metrics.sample("process_resident_memory_bytes", Double(pages * sysconf(Int32(_SC_PAGESIZE))))
        metrics.family("process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.")
        metrics.sample("process_start_time_seconds", Self.seconds(Int(begun.nanoseconds)))
        return metrics.text
    }

    /// `/metrics/probes`. Source: kubelet/prober.
    static func probeMetrics(_ counts: [ProbeCount]) -> String {
        var metrics = MetricsText()
        metrics.family(
            "prober_probe_total", "counter", "[BETA] Cumulative number of a liveness, readiness or startup probe for a container by result."
        )
        for one in counts {
            metrics.sample(
                "prober_probe_total",
                [
                    "container": one.container, "namespace": one.namespace, "pod": one.pod, "pod_uid": one.uid, "probe_type": one.kind,
                    "result": one.result,
                ], Double(one.count))
        }
        return metrics.text
    }

    private static func seconds(_ nanoseconds: Int) -> Double { Double(nanoseconds) / 1e9 }
}
