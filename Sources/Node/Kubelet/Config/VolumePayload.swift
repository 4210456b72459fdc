package import Documents

/// One file of a volume that the node writes.
package struct VolumeFile: Sendable, Hashable {
    package var bytes: [UInt8]
    /// Permission bits.
    package var mode: Int
    /// The user whose file it is; nil is root.
    package var owner: Int?
    package init(_ bytes: [UInt8], mode: Int, owner: Int? = nil) { (self.bytes, self.mode, self.owner) = (bytes, mode, owner) }
}

/// What a token source of a projected volume got.
package enum IssuedToken: Sendable, Hashable {
    case token(String)
    case failed(String)
}

/// The files of config map, secret, downward and projected volumes by their paths. Source: pkg/volume/{configmap,secret,downwardapi,projected}.
///
/// What goes wrong is thrown as `PodHostError.config` with upstream's words.
package struct VolumePayload: Sendable {
    let text: PodText
    let sources: PodSources
    let settings: PodHostSettings
    /// The pod's addresses as far as they are known.
    let addresses: [String]
    /// Tokens by the number of their source in the projected volume.
    let tokens: [Int: IssuedToken]

    /// - Parameters:
    ///   - sources: the config maps and secrets that the volume names.
    ///   - tokens: what the token sources of a projected volume got.
    package init(pod: Value, sources: PodSources, settings: PodHostSettings, addresses: [String], tokens: [Int: IssuedToken] = [:]) {
        (text, self.sources, self.settings, self.addresses, self.tokens) = (PodText(pod), sources, settings, addresses, tokens)
    }

    /// The files of a volume of one of these kinds; nil for another kind.
    package func files(of volume: Value) throws(PodHostError) -> [String: VolumeFile]? {
        if case let spec = volume["configMap"], !spec.isNull { return try configMap(spec, Self.mode(spec)) }
        if case let spec = volume["secret"], !spec.isNull { return try secret(spec, spec["secretName"].string ?? "", Self.mode(spec)) }
        if case let spec = volume["downwardAPI"], !spec.isNull { return try downward(spec, Self.mode(spec)) }
        if case let spec = volume["projected"], !spec.isNull { return try projected(spec, Self.mode(spec)) }
        return nil
    }

    private static func mode(_ spec: Value) -> Int { spec["defaultMode"].int ?? 0o644 }

    private func configMap(_ spec: Value, _ mode: Int) throws(PodHostError) -> [String: VolumeFile] {
        let optional = spec["optional"].bool ?? false
        guard let map = try sources.configMap(spec["name"].string ?? "", optional: optional) else { return [:] }
        var data = map["data"].strings.mapValues { Array($0.utf8) }
        for (key, value) in map["binaryData"].strings { data[key] = SecretData.decode(value) }
        return try Self.pick(data, spec["items"].items, mode, optional, missing: "configmap references non-existent config key")
    }
    private func secret(_ spec: Value, _ name: String, _ mode: Int) throws(PodHostError) -> [String: VolumeFile] {
        let optional = spec["optional"].bool ?? false
        guard let secret = try sources.secret(name, optional: optional) else { return [:] }
        let data = secret["data"].strings.mapValues(SecretData.decode)
        return try Self.pick(data, spec["items"].items, mode, optional, missing: "references non-existent secret key")
    }
    private static func pick(
        _ data: [String: [UInt8]], _ items: [Value], _ mode: Int, _ optional: Bool, missing: String
    ) throws(PodHostError) -> [String: VolumeFile] {
        guard !items.isEmpty else { return data.mapValues { VolumeFile($0, mode: mode) } }
        var files: [String: VolumeFile] = [:]
        for item in items {
            let key = item["key"].string ?? ""
            guard let bytes = data[key] else {
                if optional { continue }
                throw .config("\(missing): \(key)")
            }
            files[item["path"].string ?? ""] = VolumeFile(bytes, mode: item["mode"].int ?? mode)
        }
        return files
    }

    private func downward(_ spec: Value, _ mode: Int) throws(PodHostError) -> [String: VolumeFile] {
        let values = DownwardValues(text: text, settings: settings, addresses: addresses)
        var files: [String: VolumeFile] = [:]
        for item in spec["items"].items {
            guard let value = try values.value(item, of: nil) else { continue }
            files[item["path"].string ?? ""] = VolumeFile(Array(value.utf8), mode: item["mode"].int ?? mode)
        }
        return files
    }

    /// All sources together; later ones win. What is wrong with each is told at once.
    private func projected(_ spec: Value, _ mode: Int) throws(PodHostError) -> [String: VolumeFile] {
        var files: [String: VolumeFile] = [:]
        var failures: [String] = []
        for (index, source) in spec["sources"].items.enumerated() {
            do throws(PodHostError) {
                files.merge(try projection(source, index, mode)) { $1 }
            } catch {
                if case .config(let message) = error { failures.append(message) } else { throw error }
            }
        }
        guard let first = failures.first else { return files }
        throw .config(failures.count == 1 ? first : "[\(failures.joined(separator: ", "))]")
    }
    private func projection(_ source: Value, _ index: Int, _ mode: Int) throws(PodHostError) -> [String: VolumeFile] {
        if case let part = source["configMap"], !part.isNull { return try configMap(part, mode) }
        if case let part = source["secret"], !part.isNull { return try secret(part, part["name"].string ?? "", mode) }
        if case let part = source["downwardAPI"], !part.isNull { return try downward(part, mode) }
        if case let part = source["serviceAccountToken"], !part.isNull {
            switch tokens[index] {
            case .token(let token):
                let user = Self.commonUser(text)
                let isPrivate = user != nil || text.spec["securityContext"]["fsGroup"].int != nil
                return [part["path"].string ?? "": VolumeFile(Array(token.utf8), mode: isPrivate ? 0o600 : mode, owner: user)]
            case .failed(let message): throw .config("failed to fetch token: \(message)")
            case nil: throw .config("failed to fetch token: none was asked for")
            }
        }
        let kind = source.object?.keys.first ?? ""
        throw .config("\(kind.prefix(1).uppercased())\(kind.dropFirst()) projection is not supported")
    }

    /// The user as which all containers run; nil when they differ or leave it to their images. Source: pkg/volume/util, FsUserFrom.
    private static func commonUser(_ text: PodText) -> Int? {
        let pod = text.spec["securityContext"]["runAsUser"].int
        let users = Set(text.allContainers.map { $0["securityContext"]["runAsUser"].int ?? pod })
        return users.count == 1 ? users.first ?? nil : nil
    }
}
