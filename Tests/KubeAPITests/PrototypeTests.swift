import Control
import Documents
import KubeModel
import Network
import Reconcile
import Storage
import Testing

@testable import KubeAPI

/// The same requests to a server that makes documents by prototypes and to one that does not.
@Suite("Prototypes") struct PrototypeTests {
    private struct Everybody: Authorizer {
        func authorize(_ attributes: RequestAttributes) -> Decision { .allow(reason: "") }
    }
    private static let namespace = "/api/v1/namespaces/team"

    private static func bed(prototypes: Int) async throws -> ClusterBed {
        let clock = ManualClock(Timestamp(seconds: 1_800_000_000))
        let store = Store.memory(clock: clock)
        let realm = try await store.realm("cluster/test")
        let random = RandomSource(seed: 7)
        let plugins = StandardAdmission.plugins(
            rbac: RBACAuthorizer(realm: realm), authorizer: AuthorizerChain([Everybody()]), clock: clock, random: random, realm: realm)
        let bed = try await ClusterBed(admission: plugins, authorizers: [Everybody()], store: store, random: random) {
            $0.prototypes = prototypes
        }
        _ = try await bed.post("/api/v1/namespaces", ["metadata": ["name": "team"]])
        _ = try await bed.post(namespace + "/serviceaccounts", ["metadata": ["name": "default"]])
        return bed
    }

    private static let pods: [String] = [
        #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"NAME","labels":{"app":"a"}},"spec":{"containers":[{"name":"a","image":"b"}]}}"#,
        #"{"spec":{"initContainers":[{"name":"i","image":"b"}],"containers":[{"name":"a","image":"b","env":[{"name":"X","value":"é\"<"}]}]},"metadata":{"name":"NAME"}}"#,
        #"{"kind":"Pod","apiVersion":"v1","metadata":{"generateName":"gen-","namespace":"team"},"spec":{"containers":[{"name":"a","image":"b","resources":{"limits":{"cpu":"1.50"}}}],"odd":1}}"#,
        #" {"metadata":{"generateName":"x","name":"NAME","finalizers":["a.b/c"],"managedFields":[{"manager":"NAME"}]},"spec":{"schedulingGates":[{"name":"g"}],"containers":[{"name":"a","image":"b"}]}}"#,
        #"{"metadata":{"name":"NAME","annotations":{"note":"NAME"}},"spec":{"runtimeClassName":"fast","containers":[{"name":"a","image":"b"}],"volumes":[{"name":"kube-api-access-own","projected":{"sources":[]}}]}}"#,
        #"{"metadata":{"name":"NAME","namespace":"other"},"spec":{"containers":[{"name":"a","image":"b"}]}}"#,
        #"{"metadata":{"name":"NAME"},"spec":{"containers":[{"name":"a","image":"b","image":"c"}]}}"#,
        #"{"metadata":{"name":"NAME","resourceVersion":"0"},"spec":{"nodeName":"n","containers":[{"name":"A","image":"b"}]}}"#,
    ]
    private static let others: [(path: String, text: String)] = [
        ("configmaps", #"{"data":{"a":"1","name":"NAME"},"kind":"ConfigMap","metadata":{"labels":{"a":"b"},"name":"NAME"}}"#),
        ("configmaps", #"{"data":{"a":"1"},"immutable":true,"metadata":{"name":"NAME"}}"#),
        ("configmaps", #"{"data":{"a":"DATA","b.c":"DATA"},"metadata":{"name":"NAME"}}"#),
        ("configmaps", #"{"kind":"ConfigMap","data":{"a":"DATA","*":"no","b":"x\n"},"metadata":{"name":"NAME"}}"#),
        ("configmaps", #"{"data":{"DATA":"DATA"},"binaryData":{"a":"DATA"},"metadata":{"generateName":"g-"}}"#),
        ("secrets", #"{"metadata":{"name":"NAME"},"stringData":{"a":"b"}}"#),
        ("services", #"{"metadata":{"name":"NAME"},"spec":{"ports":[{"port":80}]}}"#),
        ("serviceaccounts", #"{"metadata":{"name":"NAME"}}"#),
        (
            "events",
            #"{"metadata":{"name":"NAME.1"},"involvedObject":{"kind":"Pod","namespace":"team","name":"NAME","uid":"u-NAME"},"message":"started NAME","reason":"Started","type":"Normal","count":1}"#
        ),
        (
            "events",
            #"{"metadata":{"name":"NAME.2"},"involvedObject":{"kind":"Pod","namespace":"x","name":"NAME"},"message":"NAME & more","reason":"Started"}"#
        ),
    ]
    private static let names = [
        "web", "web-1", "web-22", "a.b", "web-\(String(repeating: "x", count: 70))", "Web", "", "web-", "a..b", "a-.b", "q\\u0061", "é",
        "a\\\"b",
    ]

    private static let data = [
        "", "a", "a b+/=", #"line\nline\t\"q\" \\"#, #"\\n"#, #"\u0041\/"#, "<&>", "é", #"\b"#, "\u{7f}", "\u{1}",
        String(repeating: "x", count: 3000),
        #"\"#, #"\x"#,
    ]

    private enum Step {
        case send(String, String, body: String, agent: String, accept: String?, node: Bool)
        case apply(Change)
        case advance
    }

    private static func step(_ random: RandomSource) -> Step {
        func one<T>(_ list: [T]) -> T { Self.one(list, random) }
        // A few names are new, so that many creations succeed.
        let name = random.int(in: 0..<3) == 0 ? one(names) : "n\(random.int(in: 0..<100_000))"
        let query =
            random.int(in: 0..<5) > 0
            ? "" : one(["?fieldManager=other", "?dryRun=All", "?fieldValidation=Strict", "?fieldValidation=Ignore"])
        func post(_ path: String, _ text: String) -> Step {
            .send(
                "POST", namespace + "/" + path + query,
                body: text.split(separator: "NAME", omittingEmptySubsequences: false).joined(separator: name)
                    .split(separator: "DATA", omittingEmptySubsequences: false).joined(separator: one(data)),
                agent: random.int(in: 0..<9) > 0 ? "go" : "kubectl/v1.36",
                accept: random.int(in: 0..<20) == 0 ? "application/json;as=Table;v=v1;g=meta.k8s.io" : nil,
                node: random.int(in: 0..<20) == 0)
        }
        switch random.int(in: 0..<38) {
        case 0: return .advance
        case 1..<25: return post("pods", one(Array(pods.prefix(1 + random.int(in: 0..<pods.count)))))
        case 25..<30:
            let other = one(others)
            return post(other.path, other.text)
        case 30..<37: return .apply(.create(one([PodFields.kind, ConfigMapFields.kind, EventFields.kind]), tree(name, random)))
        default:
            return change(one(changes + undone))
        }
    }
    private static func change(_ change: (String, String, String)) -> Step {
        .send(change.0, change.1, body: change.2, agent: "admin", accept: nil, node: false)
    }
    private static func one<T>(_ list: [T], _ random: RandomSource) -> T { list[random.int(in: 0..<list.count)] }
    private static func tree(_ name: String, _ random: RandomSource) -> Value {
        var document: Value = [
            "metadata": [
                "namespace": "team", "labels": ["set": "s"],
                "ownerReferences": [["apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "s", "uid": "1", "controller": true]],
            ], "spec": ["containers": [["name": "a", "image": "b"]]], "data": ["a": .string(one(["b", "c\nd", "\\n", "é"], random))],
            "reason": "R", "message": "made \(name)",
            "involvedObject": ["namespace": "team", "name": .string(name), "uid": "7"],
        ]
        if random.int(in: 0..<4) > 0 { document["metadata"]["name"] = .string(name) } else { document["metadata"]["generateName"] = "s-" }
        if random.int(in: 0..<6) == 0 { document["metadata"]["resourceVersion"] = "5" }
        if random.int(in: 0..<3) == 0 {
            let field: Value = [
                "key": "metadata.name", "operator": "In", "values": [.string(random.int(in: 0..<9) == 0 ? "No" : "node-\(name)")],
            ]
            let required: Value = ["nodeSelectorTerms": [["matchFields": [field]]]]
            document["spec"]["affinity"] = ["nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": required]]
        }
        for member in ["spec", "data", "message"] where random.int(in: 0..<12) == 0 { document[member] = .null }
        return document
    }
    private static let classes = "/apis/scheduling.k8s.io/v1/priorityclasses"
    private static let runtimes = "/apis/node.k8s.io/v1/runtimeclasses"
    private static let account = namespace + "/serviceaccounts/default"
    /// Changes of what creations rest on, and of what they do not.
    private static let changes = [
        (
            "POST", namespace + "/limitranges",
            #"{"metadata":{"name":"r"},"spec":{"limits":[{"type":"Container","defaultRequest":{"cpu":"100m"},"max":{"cpu":"2"}}]}}"#
        ),
        (
            "POST", namespace + "/limitranges",
            #"{"metadata":{"name":"r2"},"spec":{"limits":[{"type":"Container","max":{"cpu":"1"}}]}}"#
        ),
        ("POST", namespace + "/resourcequotas", #"{"metadata":{"name":"q"},"spec":{"hard":{"pods":"30"}}}"#),
        ("PATCH", account, #"{"automountServiceAccountToken":false}"#),
        ("PATCH", account, #"{"imagePullSecrets":[{"name":"pull"}]}"#),
        ("PATCH", "/api/v1/namespaces/team", #"{"metadata":{"labels":{"pod-security.kubernetes.io/warn":"restricted"}}}"#),
        ("PATCH", "/api/v1/namespaces/team", #"{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}"#),
        ("POST", classes, #"{"metadata":{"name":"high"},"value":7,"globalDefault":true}"#),
        ("POST", runtimes, #"{"metadata":{"name":"fast"},"handler":"h","overhead":{"podFixed":{"cpu":"1m"}}}"#),
        ("POST", "/api/v1/namespaces", #"{"metadata":{"name":"more"}}"#),
        ("DELETE", namespace + "/pods/web?gracePeriodSeconds=0", ""),
    ]
    private static let undone = [
        ("DELETE", namespace + "/limitranges/r", ""), ("DELETE", namespace + "/limitranges/r2", ""),
        ("DELETE", namespace + "/resourcequotas/q", ""), ("PATCH", account, #"{"automountServiceAccountToken":null}"#),
        (
            "PATCH", "/api/v1/namespaces/team",
            #"{"metadata":{"labels":{"pod-security.kubernetes.io/warn":null,"pod-security.kubernetes.io/enforce":null}}}"#
        ),
        ("DELETE", classes + "/high", ""), ("DELETE", runtimes + "/fast", ""),
        ("DELETE", namespace + "/pods/web-1?gracePeriodSeconds=0", ""),
    ]

    private static func perform(_ step: Step, _ bed: ClusterBed) async throws -> (status: Int, answer: Value, warnings: [String]) {
        switch step {
        case .advance:
            bed.clock.advance(by: .seconds(1))
            return (0, .null, [])
        case .apply(let change):
            do { return (Int(try await bed.server.apply(change, by: "replicaset-controller")), .null, []) } catch {
                return (0, .string("\(error)"), [])
            }
        case .send(let method, let target, let body, let agent, let accept, let node):
            var headers: HTTPFields = [
                "content-type": method == "PATCH" ? "application/merge-patch+json" : "application/json", "user-agent": agent,
            ]
            if let accept { headers["accept"] = accept }
            let peer = node ? Peer(local: .init(user: "system:node:n", groups: ["system:nodes"])) : ClusterBed.admin
            let response = await bed.server.respond(
                to: HTTPRequest(method, target, headers: headers, body: .bytes(Array(body.utf8)), peer: peer))
            let bytes = try await response.body.collect(limit: 1 << 20)
            return (response.status, try JSON.parse(bytes), response.headers.all("warning"))
        }
    }

    @Test("Documents and answers are those of the whole way", arguments: [(1, 6), (2, 96), (3, 96)]) func equality(
        seed: UInt64, most: Int
    ) async throws {
        let random = RandomSource(seed: seed)
        let (quick, long) = (try await Self.bed(prototypes: most), try await Self.bed(prototypes: 0))
        for count in 0..<500 {
            // Quotas, strict namespaces and limits let little pass: most of the time there are none.
            let step = count % 50 < Self.undone.count ? Self.change(Self.undone[count % 50]) : Self.step(random)
            let (one, other) = (try await Self.perform(step, quick), try await Self.perform(step, long))
            #expect(one.status == other.status && one.answer == other.answer && one.warnings == other.warnings, "\(count): \(step)")
            guard one.answer == other.answer else { return }
        }
        let (mine, theirs) = (quick.realm.snapshot().range(prefix: ""), long.realm.snapshot().range(prefix: ""))
        #expect(mine.map(\.key) == theirs.map(\.key))
        for (one, other) in zip(mine, theirs) { #expect(one.whole == other.whole && one.revision == other.revision) }
        #expect(long.server.prototypes.figures.uses == 0)
        // A few prototypes for many templates drive each other out.
        #expect(quick.server.prototypes.figures.uses > 30 || most < 96, "\(quick.server.prototypes.figures)")
        #expect(quick.server.prototypes.figures.kept <= most)
    }

    @Test("Texts are looked at eight letters at a time as one by one") func letters() {
        let blank = Blank(path: ["message"], rule: .text(0...40))
        func isTaken(_ text: ArraySlice<UInt8>) -> Bool {
            guard let first = text.first else { return true }
            if first == UInt8(ascii: "\\") {
                return text.count > 1 && "nrt\"\\".utf8.contains(text[text.startIndex + 1]) && isTaken(text.dropFirst(2))
            }
            return first >= 0x20 && first < 0x7F && !"\"<>&".utf8.contains(first) && isTaken(text.dropFirst())
        }
        func end(_ text: ArraySlice<UInt8>) -> Int {
            guard let first = text.first, first != UInt8(ascii: "\"") else { return text.startIndex }
            return end(text.dropFirst(first == UInt8(ascii: "\\") ? 2 : 1))
        }
        let random = RandomSource(seed: 9)
        var taken = 0
        for _ in 0..<20_000 {
            var text = (0..<random.int(in: 0..<41)).map { _ in UInt8(random.int(in: 0x20..<0x7F)) }
            for place in text.indices where text[place] == UInt8(ascii: "\\") || "\"<>&".utf8.contains(text[place]) { text[place] = 0x61 }
            if !text.isEmpty, random.int(in: 0..<3) > 0 {
                let odd: [UInt8] = [0, 0x1F, 0x7F, 0x80, 0xFF] + Array("\"\\<>&".utf8)
                text[random.int(in: 0..<text.count)] = odd[random.int(in: 0..<odd.count)]
                if random.int(in: 0..<2) == 0 { text[random.int(in: 0..<text.count)] = UInt8(ascii: "n") }
            }
            let expected = isTaken(text[...])
            if expected { taken += 1 }
            text.withUnsafeBufferPointer {
                #expect(blank.takesEscaped($0) == expected, "\(text)")
                #expect(Blank.end($0, from: 0) == end(text[...]), "\(text)")
            }
        }
        #expect(taken > 5_000 && taken < 15_000)
    }

    @Test("Names that go without a word are those that validation takes") func names() {
        let random = RandomSource(seed: 5)
        for _ in 0..<20_000 {
            let letters = Array("ab0-.".utf8) + (random.int(in: 0..<4) == 0 ? Array("A_ é".utf8) : [])
            var name = String(decoding: (0..<random.int(in: 0..<7)).map { _ in letters[random.int(in: 0..<letters.count)] }, as: UTF8.self)
            #expect(name.withUTF8(Blank.name.takes) == Names.subdomain(name).isEmpty, "\(name)")
        }
        for length in [252, 253, 254] {
            var name = String(repeating: "a", count: length)
            #expect(name.withUTF8(Blank.name.takes) == Names.subdomain(name).isEmpty)
        }
    }
}
