package import Control

extension Store {
    /// The store in a directory, which is made when there is none and taken for this process: recovers all realms as they were.
    /// - Throws: `LogError`.
    package static func open(
        directory: String, clock: any WallClock, limits: StoreLimits = StoreLimits(), log: LogConfiguration = LogConfiguration()
    ) async throws(LogError) -> Store {
        let disk: FileDisk
        do throws(DiskError) { disk = try FileDisk(path: directory) } catch { throw .disk(error) }
        return try await open(disk: disk, clock: clock, limits: limits, log: log)
    }

    /// The store on a disk.
    /// - Throws: `LogError`.
    package static func open(
        disk: any Disk, clock: any WallClock, limits: StoreLimits = StoreLimits(), log: LogConfiguration = LogConfiguration()
    ) async throws(LogError) -> Store {
        let recover: @Sendable () -> Result<(RecoveredLog, LogJournal), LogError> = {
            do throws(LogError) {
                let lock = try takeLock(of: disk)
                let recovered = try RecoveredLog.read(disk, threads: log.recoveryThreads)
                return .success((recovered, try LogJournal(recovered, disk: disk, lock: lock, configuration: log)))
            } catch { return .failure(error) }
        }
        let (recovered, journal) = try (log.isThreaded ? await onThread("store-open", recover) : recover()).get()
        report(recovered)
        var limits = limits
        limits.documentBytes = min(limits.documentBytes, log.segmentBytes / 4)
        let publisher = Publisher(threaded: log.isThreaded, begin: log.begin)
        let realms = recovered.realms.map { Realm($0, backing: .journal(journal), publisher: publisher, limits: limits) }
        journal.take(realms)
        return Store(
            backing: .journal(journal), publisher: publisher, limits: limits, clock: clock, realms: realms, nextID: recovered.nextRealm)
    }

    private static func report(_ recovered: RecoveredLog) {
        let log = Log("store")
        let keys = recovered.realms.reduce(0) { $0 + $1.entries.count }
        log.info(
            "opened the log",
            ["realms": recovered.realms.count, "keys": keys, "segments": recovered.segments.count, "records": recovered.records])
        if recovered.isTorn { log.warning("cut off an unfinished write at the end of the log", ["segment": recovered.newest]) }
    }

    private static func takeLock(of disk: any Disk) throws(LogError) -> any Sendable {
        do throws(DiskError) { return try disk.lock() } catch { throw error.isLocked ? .locked : .disk(error) }
    }
}
