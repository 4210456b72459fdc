import Documents
import KubeModel

/// Reads one profile: which plugins it has at which points, and their arguments.
struct ProfileReader {
    private(set) var errors: [FieldError] = []
    var profile: SchedulingProfile
    private let document: Value
    private let path: FieldPath

    init(_ name: String, _ document: Value, _ path: FieldPath) {
        (profile, self.document, self.path) = (SchedulingProfile(name: name), document, path)
    }

    mutating func read() {
        readPlugins()
        var seen: Set<String> = []
        for (index, entry) in document["pluginConfig"].items.enumerated() {
            let place = path.child("pluginConfig").index(index)
            let name = entry["name"].string ?? ""
            if !seen.insert(name).inserted { errors.append(.duplicate(place, .string(name))) }
            if Self.removed.contains(name) {
                errors.append(.invalid(place, .string(name), Self.removedText))
                continue
            }
            var reader = ArgumentReader(profile)
            reader.read(name, entry["args"], place.child("args"))
            profile = reader.profile
            errors += reader.errors
        }
    }
    private static let removed: Set = ["AzureDiskLimits", "CinderLimits", "EBSLimits", "GCEPDLimits"]
    private static let removedText =
        "was invalid in version \(ConfigurationReader.apiVersion.quoted) (KubeSchedulerConfiguration is version \(ConfigurationReader.apiVersion.quoted))"

    /// The plugins named for a point, with their weights, and those that are taken away there.
    private struct Named {
        var enabled: [(plugin: Plugin, weight: Int)] = []
        var disabled: Set<Plugin> = []
    }
    private mutating func named(_ point: String) -> Named {
        var result = Named()
        let (set, place) = (document["plugins"][point], path.child("plugins").child(point))
        for (index, entry) in set["enabled"].items.enumerated() {
            let name = entry["name"].string ?? ""
            let field = place.child("enabled").index(index)
            if Self.removed.contains(name) {
                errors.append(.invalid(field, .string(name), Self.removedText))
            } else if let plugin = Plugin(rawValue: name) {
                if point != "multiPoint", let known = ExtensionPoint(rawValue: point), !plugin.points.contains(known) {
                    errors.append(.invalid(field, .string(name), "plugin \(name.quoted) does not extend \(point) plugin"))
                }
                result.enabled.append((plugin, entry["weight"].int ?? 0))
            } else {
                errors.append(.invalid(field, .string(name), "plugin \(name.quoted) does not exist"))
            }
        }
        for entry in set["disabled"].items {
            if entry["name"].string == "*" { result.disabled.formUnion(Plugin.allCases) }
            if let plugin = entry["name"].string.flatMap(Plugin.init) { result.disabled.insert(plugin) }
        }
        return result
    }

    /// Source: mergePlugins and expandMultiPointPlugins.
    private mutating func readPlugins() {
        guard !document["plugins"].isNull else { return }
        for member in document["plugins"].object ?? [:] where member.key != "multiPoint" && ExtensionPoint(rawValue: member.key) == nil {
            errors.append(.forbidden(path.child("plugins").child(member.key), "unknown field"))
        }
        let everywhere = named("multiPoint")
        var weights = Dictionary(uniqueKeysWithValues: Plugin.allCases.map { ($0, $0.weight) })
        var present = Set(Plugin.allCases).subtracting(everywhere.disabled)
        for (plugin, weight) in everywhere.enabled {
            present.insert(plugin)
            weights[plugin] = weight
        }
        var sets: [ExtensionPoint: Set<Plugin>] = [:]
        for point in ExtensionPoint.allCases {
            let named = named(point.rawValue)
            sets[point] = present.filter { $0.points.contains(point) }.subtracting(named.disabled).union(named.enabled.map(\.plugin))
            if point == .score { for (plugin, weight) in named.enabled { weights[plugin] = weight } }
        }
        profile.filters = PluginSet(sets[.filter] ?? [])
        profile.postFilters = PluginSet(sets[.postFilter] ?? [])
        // A plugin that scores without a weight has one.
        profile.weights = Dictionary(
            uniqueKeysWithValues: (sets[.score] ?? []).filter { $0 != .volumeBinding }.map { ($0, max(1, weights[$0] ?? 1)) })
        if (sets[.queueSort] ?? []).isEmpty {
            errors.append(.required(path.child("plugins").child("queueSort"), "one queue sort plugin required for profile"))
        }
        if (sets[.bind] ?? []).isEmpty {
            errors.append(.required(path.child("plugins").child("bind"), "at least one bind plugin is needed for profile"))
        }
    }
}
