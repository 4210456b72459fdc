package import Control
import Documents
import KubeModel
package import Reconcile
package import Storage

/// Gives pods nodes. It follows pods, nodes, Services and the labels of namespaces, decides on its own picture of them, and binds without waiting for one pod's binding
/// before it decides on the next. Where no node has room it deletes pods of lower priority. Nothing else is kept: after a restart it goes
/// on from the documents.
package struct Scheduler: Service {
    /// As whom it writes.
    static let actor = "kube-scheduler"
    private let realm: Realm
    private let binder: any Binder
    private let configuration: SchedulerConfiguration
    private let report: SchedulerReport
    private let clock: any WallClock
    private let random: RandomSource
    private let pause: Duration

    /// A scheduler of a cluster's realm that binds through `binder`, and tells events and conditions through `writer`. Turns in which
    /// pods get nodes begin at least `pause` after each other, and four times that when they are many, so that many pods share one
    /// write and its wake-ups.
    package init(
        realm: Realm, writer: any ChangeWriter, binder: any Binder, clock: any WallClock, random: RandomSource,
        configuration: SchedulerConfiguration = SchedulerConfiguration(), pause: Duration = .zero
    ) {
        (self.realm, self.binder, self.clock, self.random, self.configuration) = (realm, binder, clock, random, configuration)
        self.pause = pause
        report = SchedulerReport(realm: realm, writer: writer, clock: clock)
    }
    /// A scheduler that binds and tells through one API server.
    package init(realm: Realm, binder: any ChangeWriter, clock: any WallClock, random: RandomSource) {
        self.init(realm: realm, writer: binder, binder: WriterBinder(binder), clock: clock, random: random)
    }

    /// From so many pods in a turn on there are more to come.
    private static let crowd = 8

    /// Runs until cancelled.
    /// - Throws: `StorageError` when the realm cannot be followed.
    package func run() async throws {
        let mailbox = Mailbox<SchedulerLetter>()
        var loop = SchedulerLoop(configuration, random: random)
        let watches = try await follow(mailbox, &loop)
        defer { for watch in watches { watch.cancel() } }
        await withDiscardingTaskGroup { group in
            var wakes: [Timestamp] = []
            mailbox.signal()
            while !Task.isCancelled {
                let letters = await mailbox.receive()
                if Task.isCancelled { break }
                for case .woke(let time) in letters { wakes.removeAll { $0 == time } }
                let began = clock.now
                loop.receive(letters, current: { realm.get($0) }, now: began)
                var bindings: [(pod: SchedulingPod, node: String)] = []
                var refusals: [(pod: SchedulingPod, failure: SchedulingFailure)] = []
                for action in loop.decide(realm.snapshot, now: clock.now) {
                    switch action {
                    case .bind(let pod, let node): bindings.append((pod, node))
                    case .fail(let pod, let failure) where failure.nomination == nil: refusals.append((pod, failure))
                    default: start(action, mailbox, &group)
                    }
                }
                bind(bindings, mailbox, &group)
                refuse(refusals, &group)
                if loop.hasMore {
                    mailbox.signal()
                    await Task.yield()
                }
                sleep(until: loop.nextDeadline, &wakes, mailbox, &group)
                let rest = (bindings.count < Self.crowd ? pause : pause * 4) - (clock.now - began)
                if !bindings.isEmpty, rest > .zero { try? await clock.sleep(for: rest) }
            }
            group.cancelAll()
        }
    }

    /// Loads pods, nodes, namespaces and Services and follows them from there on.
    private func follow(_ mailbox: Mailbox<SchedulerLetter>, _ loop: inout SchedulerLoop) async throws -> [WatchHandle] {
        for _ in 0..<10 {
            let snapshot = realm.snapshot()
            do throws(StorageError) {
                var watches: [WatchHandle] = []
                for prefix in SchedulerLoop.kinds {
                    watches.append(try realm.watch(prefix: prefix, after: snapshot.revision) { mailbox.post(.events($0)) })
                }
                await loop.load(snapshot, now: clock.now)
                return watches
            } catch {
                guard case .compacted = error else { throw error }
            }
        }
        throw StorageError.unavailable("the history of realm \(realm.name) is too short to follow")
    }

    /// Binds pods, many at once where the binder can.
    private func bind(
        _ pods: [(pod: SchedulingPod, node: String)], _ mailbox: Mailbox<SchedulerLetter>, _ group: inout DiscardingTaskGroup
    ) {
        guard !pods.isEmpty else { return }
        if let batches = binder as? any BatchBinder {
            let batch = pods.map { (pod: $0.pod.identity, node: $0.node) }
            group.addTask {
                let errors = await batches.bind(batch, as: pods[0].pod.shape.schedulerName)
                mailbox.post(.bound(zip(pods, errors).map { ($0.pod, $1) }))
            }
            return
        }
        for (pod, node) in pods {
            let identity = pod.identity
            group.addTask { [binder, report] in
                do throws(ChangeError) {
                    try await binder.bind(identity, to: node)
                    mailbox.post(.bound([(pod, nil)]))
                    await report.scheduled(pod, on: node)
                } catch { mailbox.post(.bound([(pod, error)])) }
            }
        }
    }

    /// Tells why pods have no node: at once where the binder can, the rest one by one.
    private func refuse(_ pods: [(pod: SchedulingPod, failure: SchedulingFailure)], _ group: inout DiscardingTaskGroup) {
        guard !pods.isEmpty else { return }
        group.addTask { [binder, report] in
            var left = pods.enumerated().map { (index: $0.offset, isNews: $0.element.failure.isNews) }
            if let batches = binder as? any BatchBinder {
                left = await batches.refuse(pods.map { RefusedPod($0.pod.identity, $0.failure) })
            }
            await withDiscardingTaskGroup { group in
                for (index, isNews) in left {
                    let pod = pods[index].pod
                    var failure = pods[index].failure
                    failure.isNews = isNews
                    group.addTask { [failure] in await report.failed(pod, failure) }
                }
            }
        }
    }

    private func start(_ action: SchedulerAction, _ mailbox: Mailbox<SchedulerLetter>, _ group: inout DiscardingTaskGroup) {
        switch action {
        case .bind(let pod, let node): bind([(pod, node)], mailbox, &group)
        case .prepare(let pod, let node, let volumes, let devices):
            group.addTask { [report] in
                if let error = await report.prepare(volumes, node: node) {
                    mailbox.post(.unprepared(pod, .volumeBinding, error))
                } else if let error = await report.allocate(devices, for: pod, on: node) {
                    mailbox.post(.unprepared(pod, .dynamicResources, error))
                } else {
                    mailbox.post(.written(pod))
                }
            }
        case .undo(let plan):
            group.addTask { [report] in
                await report.unreserve(plan.claims, for: plan.pod)
                if let made = plan.made { await report.discard(made, of: plan.pod) }
                mailbox.post(.undone(plan.pod))
            }
        case .deallocate(let claims, let pod): group.addTask { [report] in await report.deallocate(claims, for: pod) }
        case .discard(let claim, let pod): group.addTask { [report] in await report.discard(claim, of: pod) }
        case .fail(let pod, let failure):
            if let nomination = failure.nomination { report.intend(pod, nomination: nomination) }
            group.addTask { [report] in await report.failed(pod, failure) }
        case .endNomination(let pod):
            report.intend(pod, nomination: "")
            group.addTask { [report] in await report.nominationEnded(pod) }
        case .preempt(let victims, let pod, let node):
            group.addTask { [report] in
                var spared: [SchedulingPod] = []
                for victim in victims where await !report.preempt(victim, for: pod, on: node) { spared.append(victim) }
                if !spared.isEmpty || victims.isEmpty { mailbox.post(.spared(spared, for: pod)) }
            }
        }
    }

    /// Sees to it that the loop wakes by the deadline; `wakes` are the times for which tasks sleep, latest first.
    private func sleep(
        until deadline: Timestamp?, _ wakes: inout [Timestamp], _ mailbox: Mailbox<SchedulerLetter>, _ group: inout DiscardingTaskGroup
    ) {
        guard let deadline else { return }
        let now = clock.now
        let wake = max(deadline, now + .milliseconds(1))
        if let earliest = wakes.last, earliest <= wake { return }
        wakes.append(wake)
        group.addTask { [clock] in
            do { try await clock.sleep(for: wake - now) } catch { return }
            mailbox.post(.woke(wake))
        }
    }
}

extension SchedulingPod {
    fileprivate var identity: PodIdentity { PodIdentity(namespace: namespace, name: name, uid: uid.text) }
}
extension RefusedPod {
    fileprivate init(_ pod: PodIdentity, _ failure: SchedulingFailure) {
        self.init(pod, reason: failure.reason, message: failure.message, isNews: failure.isNews)
    }
}
