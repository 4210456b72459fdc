import Control
import Documents
import KubeClient
import KubeModel
import Kubelet
import Synchronization

/// Service account tokens of pods, asked for anew when 80 % of their life is over. Source: kubelet/token/token_manager.go.
final class TokenCache: Sendable {
    private struct Key: Hashable {
        let uid: String, account: String, audience: String
        let seconds: Int
    }
    private struct Known {
        let token: String
        let expiry: Timestamp, renewal: Timestamp
    }
    private let client: KubeClient
    private let clock: any WallClock
    private let random: RandomSource
    private let known = Mutex<[Key: Known]>([:])

    init(client: KubeClient, clock: any WallClock, random: RandomSource) {
        (self.client, self.clock, self.random) = (client, clock, random)
    }

    /// The tokens of a projected volume by the number of their source.
    func tokens(for volume: Value, of pod: Value) async -> [Int: IssuedToken] {
        var tokens: [Int: IssuedToken] = [:]
        for (index, source) in volume["projected"]["sources"].items.enumerated() {
            let wish = source["serviceAccountToken"]
            if !wish.isNull { tokens[index] = await token(wish, pod) }
        }
        return tokens
    }

    /// Whether a token of the pod is to be asked for anew.
    func isDue(uid: String) -> Bool {
        let now = clock.now
        return known.withLock { $0.contains { $0.key.uid == uid && $0.value.renewal <= now } }
    }
    /// Forgets a pod's tokens.
    func forget(uid: String) { known.withLock { $0 = $0.filter { $0.key.uid != uid } } }

    private func token(_ wish: Value, _ pod: Value) async -> IssuedToken {
        let text = PodText(pod)
        let account = text.spec["serviceAccountName"].string ?? "default"
        let key = Key(
            uid: text.uid, account: account, audience: wish["audience"].string ?? "", seconds: wish["expirationSeconds"].int ?? 3600)
        let now = clock.now
        let old = known.withLock { $0[key] }
        if let old, now < old.renewal { return .token(old.token) }
        var spec: Value = ["expirationSeconds": .int(Int64(key.seconds))]
        if !key.audience.isEmpty { spec["audiences"] = [.string(key.audience)] }
        spec["boundObjectRef"] = ["apiVersion": "v1", "kind": "Pod", "name": .string(text.name), "uid": .string(text.uid)]
        let request: Value = ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec]
        do throws(KubeClientError) {
            let answer = try await client.create(
                ServiceAccountFields.kind, request, namespace: text.namespace, name: account, subresource: "token")
            return remember(answer["status"], key, now)
        } catch {
            // A token that still lives is better than none.
            if let old, now < old.expiry { return .token(old.token) }
            return .failed("\(error)")
        }
    }

    private func remember(_ status: Value, _ key: Key, _ now: Timestamp) -> IssuedToken {
        guard let token = status["token"].string, let expiry = status["expirationTimestamp"].string.flatMap(Timestamp.init) else {
            return .failed("the API server gave no token")
        }
        let life = expiry - now
        let jitter = Duration.milliseconds(random.int(in: 0..<10_000))
        let renewal = min(now + life * 4 / 5 - jitter, now + .seconds(86_400))
        known.withLock { $0[key] = Known(token: token, expiry: expiry, renewal: renewal) }
        return .token(token)
    }
}
