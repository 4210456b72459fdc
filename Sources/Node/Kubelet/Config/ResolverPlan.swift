package import Documents

/// The contents of a resolver file (`resolv.conf`). Source: resolv.conf(5).
package struct ResolverFile: Sendable, Hashable {
    package var servers: [String] = [], searches: [String] = [], options: [String] = []

    package init(servers: [String] = [], searches: [String] = [], options: [String] = []) {
        (self.servers, self.searches, self.options) = (servers, searches, options)
    }
    /// Reads a file's text; of several `search` or `options` lines the last counts.
    package init(parsing text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let keyword = words.first, !keyword.hasPrefix("#"), !keyword.hasPrefix(";") else { continue }
            switch keyword {
            case "nameserver": if words.count > 1 { servers.append(words[1]) }
            case "search": searches = words.dropFirst().map { $0.count > 1 && $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
            case "options": options = Array(words.dropFirst())
            default: break
            }
        }
    }
}

/// Which servers and domains a pod asks for names. Source: kubelet/network/dns.
package enum ResolverPlan {
    /// - Parameter node: the node's own resolver file.
    package static func plan(_ pod: Value, node: ResolverFile, settings: PodHostSettings) -> ResolverFile {
        let text = PodText(pod)
        var file: ResolverFile
        switch policy(text, settings) {
        case "None": file = ResolverFile()
        case "ClusterFirst":
            let domain = settings.clusterDomain
            let own = domain.isEmpty ? [] : ["\(text.namespace).svc.\(domain)", "svc.\(domain)", domain]
            file = ResolverFile(servers: settings.clusterDNS, searches: unique(own + node.searches), options: ["ndots:5"])
        default: file = settings.resolverFile.isEmpty ? ResolverFile(servers: ["127.0.0.1"], searches: ["."]) : node
        }
        append(text.spec["dnsConfig"], to: &file)
        return limited(file)
    }

    private static func policy(_ text: PodText, _ settings: PodHostSettings) -> String {
        let cluster = settings.clusterDNS.isEmpty ? "Default" : "ClusterFirst"
        switch text.spec["dnsPolicy"].string ?? "ClusterFirst" {
        case "None": return "None"
        case "ClusterFirstWithHostNet": return cluster
        case "ClusterFirst": return text.isHostNetwork ? "Default" : cluster
        default: return "Default"
        }
    }

    private static func append(_ config: Value, to file: inout ResolverFile) {
        file.servers = unique(file.servers + config["nameservers"].items.compactMap(\.string))
        file.searches = unique(file.searches + config["searches"].items.compactMap(\.string))
        for option in config["options"].items {
            guard let name = option["name"].string else { continue }
            file.options.removeAll { $0 == name || $0.hasPrefix("\(name):") }
            file.options.append(option["value"].string.map { $0.isEmpty ? name : "\(name):\($0)" } ?? name)
        }
    }

    /// Three servers, and 32 domains of 2048 characters together.
    private static func limited(_ file: ResolverFile) -> ResolverFile {
        var (searches, length) = ([String](), -1)
        for domain in file.searches.prefix(32) {
            length += domain.utf8.count + 1
            if length > 2048 { break }
            searches.append(domain)
        }
        return ResolverFile(servers: Array(file.servers.prefix(3)), searches: searches, options: file.options)
    }

    private static func unique(_ words: [String]) -> [String] {
        var seen: Set<String> = []
        return words.filter { seen.insert($0).inserted }
    }
}
