package import Control

/// Which images go when their file system fills up. Source: kubelet/images/image_gc_manager.go.
package struct ImageCollection: Sendable {
    /// Collection begins above the first and ends below the second, in hundredths of the file system.
    package static let high = 85, low = 80
    /// Younger images stay.
    package static let leastAge = Duration.seconds(120)

    private struct Record {
        var detected: Timestamp
        var used: Timestamp
        var size: Int
    }
    private var records: [String: Record] = [:]

    /// Nothing is known of yet.
    package init() {}

    /// Notes what is here and what of it is in use.
    /// - Parameter used: ids, tags or digests of containers' images.
    package mutating func observe(_ images: [RuntimeImage], used: Set<String>, at now: Timestamp) {
        var fresh: [String: Record] = [:]
        for image in images {
            var record = records[image.id] ?? Record(detected: now, used: Timestamp(nanoseconds: 0), size: 0)
            record.size = image.size
            if used.contains(image.id) || image.tags.contains(where: used.contains) || image.digests.contains(where: used.contains) {
                record.used = now
            }
            fresh[image.id] = record
        }
        records = fresh
    }

    /// Bytes to free so that the file system is below the low mark; 0 while it is below the high one.
    package static func bytesToFree(_ reading: SignalReading) -> Int {
        guard reading.capacity > 0 else { return 0 }
        let used = reading.capacity - reading.available
        guard used * 100 / reading.capacity >= high else { return 0 }
        return max(0, used - reading.capacity / 100 * low)
    }

    /// The images to remove, the longest unused first, until that many bytes are free.
    /// - Parameter isKept: tells of images that stay whatever happens.
    package func plan(freeing bytes: Int, at now: Timestamp, isKept: (String) -> Bool) -> (ids: [String], bytes: Int) {
        var (ids, freed) = ([String](), 0)
        let order = records.sorted { ($0.value.used, $0.value.detected, $0.key) < ($1.value.used, $1.value.detected, $1.key) }
        for (id, record) in order where freed < bytes {
            guard record.used < now, now - record.detected >= Self.leastAge, !isKept(id) else { continue }
            ids.append(id)
            freed += record.size
        }
        return (ids, freed)
    }
}
