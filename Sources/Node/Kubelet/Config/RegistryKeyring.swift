import Cryptography
package import Documents

/// Credentials of pull secrets by the registries that they are for. Source: pkg/credentialprovider/keyring.go.
package struct RegistryKeyring: Sendable {
    private struct Entry {
        let host: [Substring]
        let port: Substring
        let path: String
        let text: String
        let credential: RegistryCredential
    }
    private var entries: [Entry] = []

    package init() {}

    /// Takes what a secret of type `kubernetes.io/dockerconfigjson` or `kubernetes.io/dockercfg` says; other secrets say nothing.
    package mutating func add(secret: Value) {
        let data = secret["data"]
        let registries: Value
        if let text = data[".dockerconfigjson"].string {
            registries = Self.json(text)["auths"]
        } else if let text = data[".dockercfg"].string {
            registries = Self.json(text)
        } else {
            return
        }
        for member in registries.object ?? [:] {
            if let credential = Self.credential(member.value) { add(member.key, credential) }
        }
    }
    private static func json(_ text: String) -> Value { (try? JSON.parse(SecretData.decode(text))) ?? .null }

    /// User and password as such, or together in Base 64.
    private static func credential(_ entry: Value) -> RegistryCredential? {
        var credential = RegistryCredential(username: entry["username"].string ?? "", password: entry["password"].string ?? "")
        credential.identityToken = entry["identitytoken"].string ?? ""
        if let auth = entry["auth"].string, !auth.isEmpty {
            let padded = auth + String(repeating: "=", count: (4 - auth.utf8.count % 4) % 4)
            let both = String(decoding: Base64.decode(padded) ?? [], as: UTF8.self)
            guard let colon = both.firstIndex(of: ":") else { return nil }
            credential.username = String(both[..<colon])
            credential.password = String(both[both.index(after: colon)...])
        }
        return credential.username.isEmpty && credential.identityToken.isEmpty ? nil : credential
    }

    private mutating func add(_ registry: String, _ credential: RegistryCredential) {
        var text = registry[...]
        for scheme in ["https://", "http://"] where text.hasPrefix(scheme) { text = text.dropFirst(scheme.count) }
        let (host, port, path) = Self.split(text)
        // Version marks of old registry addresses are no part of a repository's path.
        let repository = ["/v1", "/v2", "/v1/", "/v2/"].contains(path) ? "" : path
        entries.append(
            Entry(
                host: host.split(separator: ".", omittingEmptySubsequences: false), port: port, path: repository,
                text: "\(host)\(port.isEmpty ? "" : ":\(port)")\(repository)", credential: credential))
    }
    private static func split(_ text: Substring) -> (host: Substring, port: Substring, path: String) {
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        let place = text[..<slash]
        var path = String(text[slash...])
        while path.hasSuffix("/") { path.removeLast() }
        guard let colon = place.lastIndex(of: ":") else { return (place, "", path) }
        return (place[..<colon], place[place.index(after: colon)...], path)
    }

    /// The credentials to try for an image, the most specific first.
    package func credentials(for image: String) -> [RegistryCredential] {
        let name = Self.repository(image)
        let (host, port, path) = Self.split(name[...])
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        var found: [RegistryCredential] = []
        for entry in entries.sorted(by: { $0.text > $1.text }) {
            guard entry.port == port, Self.matches(entry.host, labels), path.hasPrefix(entry.path) else { continue }
            if !found.contains(entry.credential) { found.append(entry.credential) }
        }
        guard found.isEmpty, host == "index.docker.io" else { return found }
        return entries.filter { $0.host == ["docker", "io"] || $0.host == ["registry-1", "docker", "io"] }.map(\.credential)
    }

    /// The image's full name without tag and digest: `index.docker.io/library/nginx`.
    static func repository(_ image: String) -> String {
        var name = image[...]
        if let at = name.firstIndex(of: "@") { name = name[..<at] }
        let last = name.lastIndex(of: "/") ?? name.startIndex
        if let colon = name[last...].firstIndex(of: ":") { name = name[..<colon] }
        let parts = name.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let first = parts.first, first.contains(".") || first.contains(":") || first == "localhost" else {
            return "index.docker.io/" + (parts.count == 2 ? String(name) : "library/\(name)")
        }
        return first == "docker.io" ? "index.docker.io/\(parts[1])" : String(name)
    }

    /// Each label of the host may be a pattern: `*.dkr.ecr.*.amazonaws.com`.
    private static func matches(_ patterns: [Substring], _ labels: [Substring]) -> Bool {
        patterns.count == labels.count && zip(patterns, labels).allSatisfy { Glob.matches($1, pattern: $0) }
    }
}

/// File name patterns with `*` and `?`.
enum Glob {
    static func matches(_ text: Substring, pattern: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        if first == "*" {
            var tail = text
            while true {
                if matches(tail, pattern: rest) { return true }
                if tail.isEmpty { return false }
                tail = tail.dropFirst()
            }
        }
        guard let head = text.first, first == "?" || first == head else { return false }
        return matches(text.dropFirst(), pattern: rest)
    }
}
