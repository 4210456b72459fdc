import Documents
import KubeModel
import Synchronization

/// A served collection of the built-in kinds, with what its requests have in common.
final class Endpoint: Sendable, Hashable {
    let info: KindInfo
    /// Tells endpoints of one server apart.
    let number: Int
    /// `api/v1` or `apis/apps/v1`, and behind a slash the plural.
    let path: [UInt8]
    /// Whether GET shows the stored bytes as they are, without a word about them.
    let isPlain: Bool
    private let series: InlineArray<24, AtomicLazyReference<APIMetrics.Series>>

    init(_ info: KindInfo, number: Int) {
        (self.info, self.number) = (info, number)
        path = Array("\(info.group.isEmpty ? "api" : "apis/\(info.group)")/\(info.version)/\(info.plural)".utf8)
        isPlain = !info.needsConversion && info.isStored && info.verbs.contains("get") && KindRules.of(info).deprecation == nil
        series = InlineArray { _ in AtomicLazyReference() }
    }

    /// The store's key of an object.
    func key(_ path: RequestPath) -> String {
        var key = ""
        key.reserveCapacity(info.storage.prefix.utf8.count + path.namespace.utf8.count + path.name.utf8.count + 1)
        key += info.storage.prefix
        if info.namespaced {
            key += path.namespace
            key += "/"
        }
        key += path.name
        return key
    }

    /// The figures of requests about the collection or its objects.
    func series(_ metrics: APIMetrics, _ path: RequestPath, _ verb: Verb) -> APIMetrics.Series {
        guard path.subresource.isEmpty else { return metrics.series(APIMetrics.Labels(path, verb)) }
        let scope = !path.name.isEmpty ? 0 : path.namespace.isEmpty ? 1 : 2
        let place = verb.number * 3 + scope
        if let known = series[place].load() { return known }
        return series[place].storeIfNil(metrics.series(APIMetrics.Labels(path, verb)))
    }

    static func == (left: Endpoint, right: Endpoint) -> Bool { left === right }
    func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

/// The endpoints of a server, found by the bytes of a path.
struct EndpointTable: Sendable {
    private let slots: [Endpoint?]
    private let mask: Int

    init(_ kinds: KindTable) {
        var size = 64
        while size < kinds.count * 3 { size *= 2 }
        var slots: [Endpoint?] = Array(repeating: nil, count: size)
        mask = size - 1
        for (number, info) in kinds.enumerated() {
            let endpoint = Endpoint(info, number: number)
            var place = endpoint.path.withUnsafeBufferPointer { Self.hash($0) } & mask
            while slots[place] != nil { place = (place + 1) & mask }
            slots[place] = endpoint
        }
        self.slots = slots
    }

    /// The endpoint of a version's path (`apis/apps/v1`) and a plural.
    func find(_ version: UnsafeBufferPointer<UInt8>, _ plural: UnsafeBufferPointer<UInt8>) -> Endpoint? {
        var place = Self.hash(plural, after: Self.hash(Self.slash, after: Self.hash(version))) & mask
        while let endpoint = slots[place] {
            if endpoint.path.count == version.count + 1 + plural.count,
                endpoint.path.starts(with: version), endpoint.path.suffix(plural.count).elementsEqual(plural)
            {
                return endpoint
            }
            place = (place + 1) & mask
        }
        return nil
    }

    private static let slash = CollectionOfOne(UInt8(ascii: "/"))
    /// Fowler–Noll–Vo, 64 bits.
    private static func hash(_ bytes: some Sequence<UInt8>, after start: Int = Int(bitPattern: 0xcbf2_9ce4_8422_2325)) -> Int {
        var hash = start
        for byte in bytes { hash = (hash ^ Int(byte)) &* 0x100_0000_01b3 }
        return hash
    }
}
