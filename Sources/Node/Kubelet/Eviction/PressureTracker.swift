package import KubeModel
package import Control

/// Which thresholds are met, and the pressures that follow: each stays for five minutes after its threshold was met last.
package struct PressureTracker: Sendable {
    /// Source: kubelet's default of evictionPressureTransitionPeriod.
    package static let transition = Duration.seconds(300)
    package let thresholds: [EvictionThreshold]
    private var lastMet: [EvictionSignal: Timestamp] = [:]

    /// Watches these thresholds.
    package init(thresholds: [EvictionThreshold] = EvictionThreshold.standard) { self.thresholds = thresholds }

    /// The thresholds that are met now, want of memory first.
    package mutating func observe(_ readings: NodeReadings, at now: Timestamp) -> [EvictionThreshold] {
        let met = thresholds.filter { threshold in readings.signals[threshold.signal].map(threshold.isMet) ?? false }
        for threshold in met { lastMet[threshold.signal] = now }
        return met.filter(\.signal.isMemory) + met.filter { !$0.signal.isMemory }
    }

    /// The pressures to tell at a moment.
    package func pressure(at now: Timestamp) -> NodePressure {
        let present = lastMet.filter { now - $0.value < Self.transition }.keys
        return NodePressure(
            memory: present.contains(where: \.isMemory), disk: present.contains(where: \.isStorage), pid: present.contains(.processes))
    }
}
